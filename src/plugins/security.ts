/**
 * Headers for browsers: security headers on every reply, and the web origins that may call the service (none, until
 * `CORS_ORIGINS` names them). The content security policy suits an API, whose replies load nothing. A route that answers with
 * a page declares the content that the page may load, by `helmet: { contentSecurityPolicy: … }` in its options.
 *
 * Helmet builds its headers for each reply, which takes longer than the rest of Fastify's work. They never change, so this
 * plugin lets it build them once.
 */
import cors from '@fastify/cors';
import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import Fastify, { type FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../config/config.ts';

type Options = Omit<FastifyHelmetOptions, 'global'>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route's `helmet` option. */
    page?: Options;
  }
  interface FastifyInstance {
    /**
     * Headers of a reply that passes no hook.
     * @param origin the web origin that sent the request, if it is known.
     */
    headersForBrowsers?(origin: string | undefined): Headers;
  }
}

/** Reply headers that scripts of other origins may read, in addition to those that CORS always allows. */
const EXPOSED = [
  'Allow',
  'Cache-Status',
  'Consistency-Token',
  'ETag',
  'Link',
  'Location',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'Retry-After',
  'Server-Timing',
  'X-Request-Id',
  'X-Trace-Id',
];

const ONE_YEAR_S = 31_536_000;
const TEN_MINUTES_S = 600;

const API: Options = {
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  strictTransportSecurity: { maxAge: ONE_YEAR_S },
  xFrameOptions: { action: 'deny' },
  // Headers that only a page can use.
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
};

export const security = fp<{ origins: Config['http']['corsOrigins'] }>(
  async (app, { origins }) => {
    const headers = await headersOf(API);
    app.decorate('headersForBrowsers', (origin) => ({ ...headers, ...corsHeaders(origins, origin) }));
    const headersOfPages = new Map<Options | undefined, Headers>();
    app.addHook('onRoute', (route) => {
      if (typeof route.helmet !== 'object') return;
      route.config = { ...route.config, page: route.helmet };
      headersOfPages.set(route.helmet, {});
    });
    app.addHook('onReady', async () => {
      for (const page of headersOfPages.keys()) headersOfPages.set(page, await headersOf({ ...API, ...page }));
    });
    app.addHook('onRequest', ({ routeOptions: { config } }, reply, done) => {
      reply.headers(headersOfPages.get(config.page) ?? headers);
      done();
    });
    if (origins.length === 0) return;
    await app.register(cors, {
      delegator: (request, callback) => callback(null, { ...corsFor(origins), preflight: isPreflight(request) }),
    });
  },
  { name: 'security', dependencies: ['request-line'] },
);

type Headers = Readonly<Record<string, string>>;

/** The headers that helmet adds to a reply. */
async function headersOf(options: object): Promise<Headers> {
  const plain = await Fastify().inject('/');
  const helmeted = await Fastify().register(helmet, options).inject('/');
  return Object.fromEntries(
    Object.entries(helmeted.headers)
      .filter(([name]) => !(name in plain.headers))
      .map(([name, value]) => [name, String(value)]),
  );
}

/** The same headers as those of `@fastify/cors`. */
function corsHeaders(origins: readonly string[], origin: string | undefined): Headers {
  if (origins.length === 0) return {};
  const exposed = { 'access-control-expose-headers': EXPOSED.join(', ') };
  if (origins.includes('*')) return { 'access-control-allow-origin': '*', ...exposed };
  const isAllowed = origin !== undefined && origins.includes(origin);
  return { vary: 'Origin', ...(isAllowed && { 'access-control-allow-origin': origin, ...exposed }) };
}

const corsFor = (origin: string[]) => ({
  origin,
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  exposedHeaders: EXPOSED,
  maxAge: TEN_MINUTES_S,
});

/** Any other OPTIONS requests `Allow`. */
const isPreflight = ({ headers }: FastifyRequest): boolean =>
  headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
