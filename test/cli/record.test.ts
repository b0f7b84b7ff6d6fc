/** `hotpath record` on a real service: what the file holds, what it never holds, and its bounds. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { signBearer } from 'hotpath';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { scratchDatabase } from '../support/database.ts';
import { runToEnd } from '../support/process.ts';
import { fillShop, openShop, SHOP_SECRET, SHOP_TOKEN } from '../support/recordable-shop.ts';

const folder = mkdtempSync(join(tmpdir(), 'hotpath-record-'));
let url: string;
let shop: FastifyInstance;
let files = 0;

beforeAll(async () => {
  url = await scratchDatabase('empty');
  await fillShop(url);
  shop = await openShop({ url });
});
afterAll(async () => {
  await shop.close();
  rmSync(folder, { recursive: true });
});

const ask = (path: string, headers: Record<string, string> = {}) => fetch(shop.listeningOrigin + path, { headers });
const hotpath = (...args: string[]) => runToEnd({}, 'packages/hotpath/src/cli/main.ts', args);
const bearer = (sub: string, role: string) => ({
  authorization: `Bearer ${signBearer({ sub, role }, { secret: SHOP_SECRET, expiresInSeconds: 600 })}`,
});

/** Records while the traffic runs, which begins when the file exists. */
async function recorded(traffic: () => Promise<unknown>, ...args: string[]) {
  files += 1;
  const file = join(folder, `${files}.jsonl`);
  const ended = hotpath('record', file, shop.listeningOrigin, '--token', SHOP_TOKEN, ...args);
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), 15_000);
  await traffic();
  const { code, stdout, stderr } = await ended;
  const text = readFileSync(file, 'utf8');
  const [header, ...requests] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { code, stdout, stderr, file, text, header, requests };
}

describe('hotpath record', () => {
  it('writes a line for each GET request, with its viewer and without its token', async () => {
    const ada = bearer('ada', 'admin');
    const { code, stdout, file, text, header, requests } = await recorded(
      async () => {
        await ask('/items?limit=1', { accept: 'application/json', 'x-tenant': 'north', cookie: 'a secret cookie' });
        await ask('/items/7', ada);
        await fetch(`${shop.listeningOrigin}/items`, { method: 'POST' });
        await ask('/nowhere');
      },
      ...['--count', '3', '--headers', 'x-tenant,cookie,authorization'],
    );
    expect([code, stdout]).toEqual([0, `Requests in ${file}: 3 (${Buffer.byteLength(text)} bytes).\n`]);
    const { recordedAt } = header;
    expect(header).toEqual({ schema: 'hotpath-recording', version: 1, recordedAt, from: shop.listeningOrigin });
    expect(Number.isNaN(Date.parse(recordedAt))).toBe(false);
    const cost = { at: expect.any(Number), ms: expect.any(Number) };
    expect(requests).toEqual([
      {
        ...{ ...cost, path: '/items?limit=1', route: '/items', status: 200, statements: 1 },
        headers: { accept: 'application/json', 'accept-language': '*', 'x-tenant': 'north' },
      },
      {
        ...{
          ...cost,
          path: '/items/7',
          route: '/items/:id',
          status: 200,
          statements: 1,
          role: 'admin',
          subject: 'ada',
        },
        headers: { accept: '*/*', 'accept-language': '*' },
      },
      {
        ...{ ...cost, path: '/nowhere', route: '', status: 404, statements: 0 },
        headers: { accept: '*/*', 'accept-language': '*' },
      },
    ]);
    expect(text).not.toMatch(/secret|Bearer|eyJ/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  }, 30_000);

  it('leaves out requests with a secret in a parameter, and says so', async () => {
    const { requests, stdout } = await recorded(
      async () => {
        await ask('/items?access_token=abc');
        await ask('/items?sig=abc&limit=2');
        await ask('/items?apiKey[in]=abc');
        await ask('/invitations/abc');
        await ask('/items/1');
      },
      ...['--count', '1'],
    );
    expect(requests.map(({ path }) => path)).toEqual(['/items/1']);
    expect(stdout).toMatch(/^Left out because a parameter carries a secret: 4\.$/m);
  }, 30_000);

  it('ends when the time is over, and keeps a sample of each second', async () => {
    const many = () => Promise.all(Array.from({ length: 30 }, () => ask('/time')));
    const inTime = await recorded(many, '--seconds', '4', '--rate', '4');
    expect(inTime.requests.length).toBeGreaterThan(0);
    const seconds = new Map<number, number>();
    for (const { at, ms } of inTime.requests) {
      const second = Math.floor((Date.parse(inTime.header.recordedAt) + at + ms) / 1000);
      seconds.set(second, (seconds.get(second) ?? 0) + 1);
    }
    expect(Math.max(...seconds.values())).toBeLessThanOrEqual(4);
    const [, leftOut] = /^Left out of the sample by --rate: (\d+)\.$/m.exec(inTime.stdout) ?? [];
    expect(inTime.requests.length + Number(leftOut)).toBeLessThanOrEqual(30);
  }, 30_000);

  it.each([
    [['record'], /^Usage: npx hotpath record FILE/],
    [['record', 'x', '--count', '0'], '--count must be a whole number from 1 to 1000000.\n'],
    [['record', 'x', '--headers', 'a b'], '--headers must be names of headers, at most 18, separated by commas.\n'],
    [['record', 'x'], 'Give the address that the service printed, or --token, or set INSPECTOR_TOKEN.\n'],
    [['record', 'x', 'http://127.0.0.1:1', '--token', 'no'], 'Nothing answers at http://127.0.0.1:1.\n'],
  ])('refuses %j in words', async (args, sentence) => {
    const { code, stderr } = await hotpath(...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
  });

  it('with --force makes an existing file readable by its owner alone, and keeps nothing of it', async () => {
    const file = join(folder, 'forced.jsonl');
    writeFileSync(file, 'old text '.repeat(1000));
    chmodSync(file, 0o644);
    const options = ['--token', SHOP_TOKEN, '--seconds', '1', '--force'];
    expect((await hotpath('record', file, shop.listeningOrigin, ...options)).code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toMatch(/^\{"schema":"hotpath-recording".+\}\n$/);
  });

  it('refuses a wrong token, an existing file and a missing folder', async () => {
    const at = (file: string, token = SHOP_TOKEN) => hotpath('record', file, shop.listeningOrigin, '--token', token);
    expect((await at(join(folder, 'none'), 'a wrong token')).stderr).toMatch(/^The inspector accepts its token/);
    expect(existsSync(join(folder, 'none'))).toBe(false);
    expect((await at(folder)).stderr).toMatch(/exists: --force overwrites it\.$/m);
    expect((await at(join(folder, 'no/folder'))).stderr).toMatch(/cannot be written: ENOENT/);
  }, 30_000);
});

it('records from one version what names a planted difference of another', async () => {
  const { file } = await recorded(
    async () => {
      for (const id of [6, 7, 8]) await ask(`/items/${id}`, bearer('ada', 'user'));
    },
    ...['--count', '3'],
  );
  const faulty = await openShop({ url, fault: (item) => (item.id === 7 ? { ...item, name: 'Wrong' } : item) });
  onTestFinished(() => faulty.close());
  const sides = ['--against', faulty.listeningOrigin, '--beside', shop.listeningOrigin, '--speed', 'max', '--json'];
  const replay = ['replay', file, ...sides];
  const { code, stdout } = await runToEnd({ JWT_SECRET: SHOP_SECRET }, 'packages/hotpath/src/cli/main.ts', replay);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    requests: 3,
    differences: [
      {
        ...{ path: '/items/7', route: '/items/:id', viewer: { role: 'user', subject: 'ada' } },
        fields: [{ field: 'body.name', beside: '"Item 7"', against: '"Wrong"' }],
      },
    ],
  });
}, 60_000);

it('ends at Ctrl-C with all requests that came before', async () => {
  const file = join(folder, 'interrupted.jsonl');
  const args = ['packages/hotpath/src/cli/main.ts', 'record', file, shop.listeningOrigin, '--token', SHOP_TOKEN];
  const child = spawn(process.execPath, [...args, '--seconds', '3600'], {
    env: {},
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const closed = once(child, 'close');
  await vi.waitFor(() => expect(existsSync(file) && statSync(file).size).toBeGreaterThan(0), 15_000);
  for (const id of [1, 2, 3]) await ask(`/items/${id}`);
  child.kill('SIGINT');
  expect(await closed).toEqual([0, null]);
  expect(stdout).toMatch(/^Requests in .*interrupted\.jsonl: 3 \(\d+ bytes\)\.\n$/);
}, 30_000);
