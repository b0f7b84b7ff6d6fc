/**
 * Compares every reply of a service under test with the API document: refusals from any part, successes of the service's own
 * routes (tests add others). A difference fails the test that sent the request.
 */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { afterEach } from 'vitest';
import type { App } from '../../src/app.ts';
import { faultsOf, matchesDocument, pathOf, problemSchema } from './openapi.ts';

const faults: string[] = [];

/** To be called for each service before it is ready. */
export function holdToDocument(app: App): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    faults.push(...faultsIn(app, request, { reply, payload }));
    done();
  });
}

afterEach(() => {
  const found = [...new Set(faults.splice(0))];
  if (found.length > 0) throw new Error(`Replies are not as documented:\n${found.join('\n')}`);
});

interface Sent {
  readonly reply: FastifyReply;
  readonly payload: unknown;
}

function faultsIn(app: App, { method, routeOptions: { url } }: FastifyRequest, { reply, payload }: Sent): string[] {
  if (method === 'HEAD' || method === 'OPTIONS') return [];
  const isOurs = url !== undefined && /^\/(v1|healthz|readyz)(\/|$)/.test(url) && pathOf(app, url) !== undefined;
  if (!isOurs && reply.statusCode < 400) return [];
  const text = textOf(payload, reply.getHeader('content-encoding'));
  if (isOurs) {
    const answer = { statusCode: reply.statusCode, headers: reply.getHeaders(), payload: text };
    const faults = matchesDocument(app, { method, url, reply: answer });
    if (method === 'GET' && !reply.hasHeader('cache-control')) faults.push('nothing says who may keep it');
    return faults.map((fault) => `${method} ${url}: ${fault}`);
  }
  return faultsOf(app, problemSchema, JSON.parse(text));
}

function textOf(payload: unknown, encoding: unknown): string {
  if (!Buffer.isBuffer(payload)) return String(payload ?? '');
  if (encoding === 'gzip') return gunzipSync(payload).toString();
  return (encoding === 'br' ? brotliDecompressSync(payload) : payload).toString();
}
