/**
 * The API document for programs (`/openapi.json`) and for people (`/docs`). Neither sends a statement.
 *
 * The routes of the page come from a package that does not know budgets. `declareForPages` adds the declarations that every
 * route needs, and lets the page load its own scripts. It is registered before the plugin that requires declarations.
 */
import swaggerUi from '@fastify/swagger-ui';
import type { onSendHookHandler, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import { sendJson } from 'hotpath/fastify';
import { logo, theme, withViewport } from './theme.ts';

const PAGE = '/docs';

/** The page may load the service's own files, and images in its styles. */
const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    frameAncestors: ["'none'"],
  },
};

export const docsRoutes = fp(
  async (app) => {
    app.addHook('onRoute', declareForPages);
  },
  { name: 'docs-routes' },
);

function declareForPages(route: RouteOptions): void {
  if (route.url !== PAGE && !route.url.startsWith(`${PAGE}/`)) return;
  route.config = { budget: 0, ...route.config };
  route.helmet = { contentSecurityPolicy };
  // Before the reply is measured (HEAD) or compressed.
  if (isPage(route)) route.onSend = [addViewport, route.onSend ?? []].flat();
}

const isPage = ({ url }: RouteOptions): boolean => url === PAGE || url === `${PAGE}/`;

const addViewport: onSendHookHandler = (_request, _reply, payload, done) =>
  done(null, typeof payload === 'string' ? withViewport(payload) : payload);

export const docs = fp(
  async (app) => {
    let text: string | undefined;
    app.get('/openapi.json', { schema: { hide: true }, config: { budget: 0 } }, async (_request, reply) => {
      text ??= JSON.stringify(app.swagger());
      return sendJson(reply, text);
    });
    await app.register(swaggerUi, {
      routePrefix: PAGE,
      logo,
      theme,
      uiConfig: { deepLinking: true, docExpansion: 'none' },
    });
  },
  { name: 'docs', dependencies: ['hotpath-openapi', 'docs-routes'] },
);
