/** Compression bombs against a process: what they cost it, in CPU and memory, until after their replies. */
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';
import { as, testEnvironment } from '../support/app.ts';
import { testDatabaseUrl } from '../support/database.ts';
import { startService } from '../support/process.ts';

const MB = 1024 * 1024;
const REQUESTS = 40;
const AT_ONCE = 8;
/** Long enough for a process that goes on with a refused body to be found at it. */
const AFTERWARDS_MS = 1500;

const bombs = new Map<string, Buffer>();

beforeAll(() => {
  const blanks = Buffer.alloc(64 * MB, ' ');
  bombs.set('gzip', gzipSync(blanks));
  bombs.set('br', brotliCompressSync(blanks, { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } }));
}, 60_000);

interface Spent {
  readonly cpuSeconds: number;
  readonly bytes: number;
}

async function spentBy(address: string): Promise<Spent> {
  const text = await (await fetch(`${address}/metrics`)).text();
  const metric = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)![1]);
  return { cpuSeconds: metric('process_cpu_seconds_total'), bytes: metric('process_resident_memory_bytes') };
}

async function send(address: string, encoding: string, headers: Record<string, string>): Promise<number> {
  const reply = await fetch(`${address}/v1/posts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': encoding, ...headers },
    body: new Uint8Array(bombs.get(encoding)!),
  });
  expect(reply.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  await reply.arrayBuffer();
  return reply.status;
}

it('cost less than 0.2 s of CPU each, and no memory, with a token and without', { timeout: 120_000 }, async () => {
  const { address } = await startService({ ...testEnvironment(await testDatabaseUrl()), LOG_LEVEL: 'info' });
  const kinds = ['gzip', 'br'].flatMap((encoding) => [
    { encoding, status: 401, headers: () => ({}) },
    { encoding, status: 413, headers: () => as(1) },
  ]);
  const volley = async ({ encoding, status, headers }: (typeof kinds)[number]) => {
    for (let sent = 0; sent < REQUESTS; sent += AT_ONCE) {
      const replies = await Promise.all(Array.from({ length: AT_ONCE }, () => send(address, encoding, headers())));
      expect(replies).toEqual(replies.map(() => status));
    }
  };
  // The first of each kind are compiled.
  for (const kind of kinds) await volley(kind);
  const before = await spentBy(address);
  for (const kind of kinds) await volley(kind);
  await sleep(AFTERWARDS_MS);
  const after = await spentBy(address);
  expect((after.cpuSeconds - before.cpuSeconds) / (REQUESTS * kinds.length)).toBeLessThan(0.2);
  expect(after.bytes - before.bytes).toBeLessThan(64 * MB);
});
