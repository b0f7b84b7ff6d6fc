/**
 * The page: files that are sent as they are. They hold no data, so they need no token. Nothing of them is loaded from
 * elsewhere, and no script or style stands in the HTML, so the page works under the strictest content security policy.
 */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from '../../edge/problems.ts';
import { UNCOMPRESSED } from '../../route-config.ts';

const FOLDER = join(import.meta.dirname, 'page');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE_HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** Routes of the page that send no statement, and that no document describes. */
const PAGE_ROUTE = {
  config: { budget: 0, unlimited: true, ownToken: true, isInspector: true },
  schema: { hide: true },
  ...UNCOMPRESSED,
} as const;

export async function addInspectorPage(app: FastifyInstance, path: string): Promise<void> {
  const names = (await readdir(FOLDER)).filter((name) => extname(name) in TYPES);
  await app.register(async (page) => page.get('/', PAGE_ROUTE, redirectToPage), { prefix: path });
  for (const file of names) {
    const text = await readFile(join(FOLDER, file), 'utf8');
    const headers = { ...PAGE_HEADERS, 'content-type': TYPES[extname(file)]! };
    app.get(`${path}/${file}`, PAGE_ROUTE, async (_request, reply) => reply.headers(headers).send(text));
  }
}

/** To a relative address, for the service may lie behind a proxy under another path. It depends on the slash at the end. */
async function redirectToPage(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const folder = pathOf(request).split('/').at(-1);
  return reply.redirect(folder ? `${folder}/index.html` : 'index.html');
}
