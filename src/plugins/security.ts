/**
 * What browsers are told: security headers on every reply, and which web origins may call the service (none, until they
 * are named). The content security policy suits an API, whose replies load nothing; a route that answers with a page
 * says what that page may load by `helmet: { contentSecurityPolicy: … }` among its options.
 */
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Config } from '../config.ts';

/** Reply headers that scripts of other origins may read, beyond those that they always may. */
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
];

const ONE_YEAR_S = 31_536_000;
const TEN_MINUTES_S = 600;

export const security = fp<{ origins: Config['http']['corsOrigins'] }>(
  async (app, { origins }) => {
    await app.register(helmet, {
      contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
      strictTransportSecurity: { maxAge: ONE_YEAR_S },
      xFrameOptions: { action: 'deny' },
      // What only a page can make use of.
      crossOriginOpenerPolicy: false,
      originAgentCluster: false,
      xDnsPrefetchControl: false,
      xDownloadOptions: false,
      xPermittedCrossDomainPolicies: false,
      xXssProtection: false,
    });
    if (origins.length === 0) return;
    await app.register(cors, {
      delegator: (request, callback) => callback(null, { ...corsFor(origins), preflight: isPreflight(request) }),
    });
  },
  { name: 'security', dependencies: ['request-line'] },
);

const corsFor = (origin: string[]) => ({
  origin,
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  exposedHeaders: EXPOSED,
  maxAge: TEN_MINUTES_S,
});

/** Any other OPTIONS asks for `Allow`. */
const isPreflight = ({ headers }: FastifyRequest): boolean =>
  headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
