/** The shared cache of the check keeps what RFC 9111 lets it keep, and no more. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { type EdgeCache, openEdgeCache } from './edge-cache.ts';

const TAGS = { 'surrogate-key': 'product product:7', etag: '"1"' };

interface Opened {
  readonly shared: EdgeCache;
  /** The headers of what came through to the origin. */
  readonly asked: IncomingHttpHeaders[];
  /** Each gets what the cache did, and the body. */
  get(headers?: Record<string, string>): Promise<[string | null, string]>;
}

/** Before an origin that counts its answers, and validates each. */
async function open(headers: OutgoingHttpHeaders, onAsked = async (_: EdgeCache) => {}): Promise<Opened> {
  const asked: IncomingHttpHeaders[] = [];
  const origin = createServer(async (request, reply) => {
    asked.push(request.headers);
    await onAsked(shared);
    const isHeld = request.headers['if-none-match'] === TAGS.etag;
    reply.writeHead(isHeld ? 304 : 200, { ...TAGS, ...headers }).end(isHeld ? '' : String(asked.length));
  });
  origin.listen(0, '127.0.0.1');
  await once(origin, 'listening');
  const shared = await openEdgeCache([`http://127.0.0.1:${(origin.address() as AddressInfo).port}`]);
  onTestFinished(async () => {
    await shared.close();
    origin.close();
  });
  const get = async (sent: Record<string, string> = {}): Promise<[string | null, string]> => {
    const reply = await fetch(`${shared.address}/`, { headers: sent });
    return [reply.headers.get('cache-status'), await reply.text()];
  };
  return { shared, asked, get };
}

it.each([
  ['keeps what has s-maxage', { 'cache-control': 'public, max-age=0, s-maxage=60' }, 'shared; hit', '1'],
  ['subtracts its Age', { 'cache-control': 'public, s-maxage=60', age: '60' }, 'shared; fwd=stale', '1'],
  ['asks each time about what has no-cache', { 'cache-control': 'public, no-cache' }, 'shared; fwd=stale', '1'],
  ['keeps nothing private', { 'cache-control': 'private, max-age=60' }, 'shared; fwd=miss', '2'],
  ['keeps nothing that has no-store', { 'cache-control': 'public, max-age=60, no-store' }, 'shared; fwd=miss', '2'],
])('%s', async (_, headers, how, body) => {
  const { get } = await open(headers);
  await get();
  expect(await get()).toEqual([how, body]);
});

it('keeps an answer for each value of what it varies by', async () => {
  const { get } = await open({ 'cache-control': 'public, s-maxage=60', vary: 'Accept-Language' });
  const [de, en] = [{ 'accept-language': 'de' }, { 'accept-language': 'en' }];
  expect([await get(de), await get(en), await get(de), await get(en)].map(([, body]) => body)).toEqual([
    '1',
    '2',
    '1',
    '2',
  ]);
});

it('forgets what is purged by one of its tags', async () => {
  const { shared, get } = await open({ 'cache-control': 'public, s-maxage=60' });
  await get();
  shared.purge(['product:8']);
  expect(await get()).toEqual(['shared; hit', '1']);
  shared.purge(['product:7']);
  expect(await get()).toEqual(['shared; fwd=miss; stored', '2']);
});

it('does not keep what was on its way when it was purged', async () => {
  const { asked, get } = await open({ 'cache-control': 'public, s-maxage=60' }, async (shared) => {
    if (asked.length === 1) shared.purge(['product']);
  });
  expect([await get(), await get(), await get()]).toEqual([
    ['shared; fwd=miss', '1'],
    ['shared; fwd=miss; stored', '2'],
    ['shared; hit', '2'],
  ]);
});
