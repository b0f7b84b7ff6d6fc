/** `hotpath replay` of two versions of a real service: differences by name, and no false one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { signBearer } from 'hotpath';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { pageText } from '../docs/doc-pages.ts';
import { scratchDatabase } from '../support/database.ts';
import { runToEnd } from '../support/process.ts';
import { fillShop, openShop, SHOP_SECRET } from '../support/recordable-shop.ts';

const folder = mkdtempSync(join(tmpdir(), 'hotpath-replay-'));
const shops: FastifyInstance[] = [];
let url: string;
/** The recorded version, one that differs in the order of members alone, and one with planted faults. */
let before: string;
let same: string;
let faulty: string;

const open = async (options: Partial<Parameters<typeof openShop>[0]> = {}) => {
  const shop = await openShop({ url, ...options });
  shops.push(shop);
  return shop.listeningOrigin;
};

beforeAll(async () => {
  url = await scratchDatabase('empty');
  await fillShop(url);
  before = await open();
  same = await open({ fault: ({ id, name, price }) => ({ price, name, id }) });
  faulty = await open({
    fault: (item) => (item.id === 7 ? { ...item, price: item.price + 1, extra: null } : item),
    headers: { vary: 'accept', 'x-version': '2' },
  });
});
afterAll(async () => {
  await Promise.all(shops.map((shop) => shop.close()));
  rmSync(folder, { recursive: true });
});

interface Line {
  readonly path: string;
  readonly at?: number;
  readonly role?: string;
  readonly subject?: string;
  readonly status?: number;
}

/** A recording of these requests. */
function recording(lines: readonly (Line | string)[]): string {
  const header = { schema: 'hotpath-recording', version: 1, recordedAt: '2026-11-29T00:00:00.000Z', from: before };
  const requests = lines.map((line, at) => {
    const request = typeof line === 'string' ? { path: line } : line;
    const route = request.path.replace(/\?.*/, '').replace(/\/\d+$/, '/:id');
    return { at, route, status: 200, ms: 1, statements: 1, ...request };
  });
  return save([header, ...requests].map((line) => JSON.stringify(line)).join('\n'));
}

function save(content: string | Buffer): string {
  const file = join(folder, `${Math.random()}`);
  writeFileSync(file, content);
  return file;
}

const replay = (file: string, ...args: string[]) =>
  runToEnd({ JWT_SECRET: SHOP_SECRET }, 'packages/hotpath/src/cli/main.ts', ['replay', file, ...args]);

async function result(file: string, ...args: string[]) {
  const { code, stdout, stderr } = await replay(file, '--speed', 'max', '--json', ...args);
  return { code, stderr, ...JSON.parse(stdout) };
}

describe('a planted difference', () => {
  it('is named by request, field and both values', async () => {
    const file = recording(['/items/6', '/items/7', '/items']);
    const { code, stdout, stderr } = await replay(file, '--against', faulty, '--beside', before, '--speed', 'max');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Requests with different answers: 3 of 3\.$/m);
    expect(stdout).toContain(
      [
        ...['GET /items/7', '  header vary', '    beside   (missing)', '    against  "accept"'],
        ...['  body.price', '    beside   70', '    against  71'],
        ...['  body.extra', '    beside   (missing)', '    against  null'],
      ].join('\n'),
    );
    expect(stdout).toMatch(/^GET \/items\/:id +2 +1\.00 +1\.00 +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+$/m);
    expect(stdout).toMatch(/^Statuses: 200 × 3\.$/m);
  }, 30_000);

  it('is printed as the guide shows it', async () => {
    const dearer = await open({ fault: (item) => (item.id === 7 ? { ...item, price: item.price + 1 } : item) });
    const viewer = { role: 'user', subject: '12' };
    const file = recording(['/items/6', { path: '/items/7', ...viewer }]);
    const { stdout, stderr } = await replay(file, '--against', dearer, '--beside', before, '--speed', 'max');
    const [, shown] = /```text\n([\s\S]*?)```/.exec(pageText('docs/guides/replay.md'))!;
    const withoutFigures = (text: string) => text.replaceAll(/\d+\.\d\d/g, '#').replaceAll(/ +/g, ' ');
    const [complaint] = /^Requests with different answers: .*\n/m.exec(stderr)!;
    expect(withoutFigures(stdout + complaint)).toBe(withoutFigures(shown!));
  }, 30_000);

  it('is a header only if it is compared, and no field that is ignored', async () => {
    const file = recording(['/items/7']);
    const args = ['--against', faulty, '--beside', before, '--ignore', 'body.price', '--ignore', 'header vary'];
    const { differences } = await result(file, ...args, '--header', 'X-Version');
    const fields = differences.map(({ fields: found }: { fields: object[] }) => found);
    expect(fields).toEqual([
      [
        { field: 'header x-version', against: '"2"' },
        { field: 'body.extra', against: 'null' },
      ],
    ]);
  }, 30_000);

  it('is a status, also without another service', async () => {
    const file = recording([{ path: '/items/1' }, { path: '/items/9999' }, { path: '/items/9998', status: 404 }]);
    const { code, differences } = await result(file, '--against', same);
    expect(code).toBe(1);
    expect(differences).toMatchObject([
      { path: '/items/9999', fields: [{ field: 'status', beside: '200', against: '404' }] },
    ]);
  }, 30_000);

  it('ends the replay after a number of them', async () => {
    const file = recording(Array.from({ length: 60 }, () => '/items/7'));
    const args = ['--against', faulty, '--beside', before, '--most', '2', '--concurrency', '1'];
    const { code, differences, requests, stderr } = await result(file, ...args);
    expect([code, differences.length >= 2, requests < 60]).toEqual([1, true, true]);
    expect(stderr).toMatch(
      new RegExp(`^Requests that were not compared before the replay ended: ${60 - requests}\\.$`, 'm'),
    );
  }, 30_000);
});

describe('no false difference', () => {
  it('comes of the order of members, of the time, of long numbers and of viewers', async () => {
    const paths = Array.from({ length: 50 }, (_, n) => [`/items/${n + 1}`, '/items', '/sold', '/nowhere', '/slow']);
    const viewers = [1, 2, 3].map((n) => ({ path: '/me', role: 'user', subject: `ada ${n}` }));
    const file = recording([...paths.flat(), ...viewers, ...Array.from({ length: 10 }, () => '/time')]);
    const { code, requests, differences, unstable, statuses, stderr } = await result(
      ...([file, '--against', same, '--beside', before] as const),
    );
    expect(differences).toEqual([]);
    expect(stderr).toMatch(/^Requests: 263\. No answer differs\.$/m);
    expect({ code, requests, unstable, statuses }).toEqual({
      ...{ code: 0, requests: 263, unstable: { 'body.now': ['/time'] }, statuses: { 200: 213, 404: 50 } },
    });
  }, 60_000);

  it('comes of writes meanwhile', async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    let isOver = false;
    const writes = (async () => {
      while (!isOver) await client.query('UPDATE items SET price = price + 1, sold = sold + 1 WHERE id IN (1, 2)');
    })();
    try {
      const paths = Array.from({ length: 100 }, () => ['/items/1', '/items', '/sold']);
      const { code, differences } = await result(recording(paths.flat()), '--against', same, '--beside', before);
      expect({ code, differences }).toEqual({ code: 0, differences: [] });
    } finally {
      isOver = true;
      await writes;
      await client.end();
    }
  }, 120_000);
});

describe('the viewer of a request', () => {
  it('gets a token of its role, which must be given or signed', async () => {
    const file = recording([{ path: '/me', role: 'admin', subject: '7' }]);
    const token = signBearer({ sub: 'other', role: 'admin' }, { secret: SHOP_SECRET, expiresInSeconds: 600 });
    const args = ['--against', same, '--beside', before];
    expect(await result(file, ...args, '--token', `admin=${token}`)).toMatchObject({ code: 0, statuses: { 200: 1 } });
    const without = await runToEnd({}, 'packages/hotpath/src/cli/main.ts', ['replay', file, ...args]);
    expect(without.stderr).toMatch(/^The file has requests of the role admin: give --token admin=…, or set JWT_SECRET/);
  }, 30_000);
});

describe('files of other programs', () => {
  const authorization = () =>
    `Bearer ${signBearer({ sub: 'ada', role: 'admin' }, { secret: SHOP_SECRET, expiresInSeconds: 600 })}`;

  it('is a HAR file, of which one origin is sent', async () => {
    const entry = (address: string, method = 'GET', status = 200) => ({
      ...{ startedDateTime: '2026-11-29T10:00:00.000Z', time: 12.5, response: { status } },
      request: { method, url: address, headers: [{ name: 'Authorization', value: authorization() }] },
    });
    const entries = [
      ...[entry('https://shop.test/items/7?x=1'), entry('https://shop.test/me'), entry('https://cdn.test/x.js')],
      ...[entry('https://shop.test/items', 'POST')],
    ];
    const file = save(JSON.stringify({ log: { version: '1.2', entries } }));
    const { code, differences, stderr, routes } = await result(file, '--against', faulty, '--beside', before);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Left out because they go to another origin than https:\/\/shop\.test \(--origin\): 1\.$/m);
    expect(differences[0]).toMatchObject({ path: '/items/7?x=1', viewer: { role: 'admin', subject: 'ada' } });
    expect(routes.map(({ route }: { route: string }) => route)).toEqual(['/items/:id', '/me']);
  }, 30_000);

  it('is a file of GoReplay, also a compressed one', async () => {
    const request = (id: string, at: number, line: string) =>
      `1 ${id} ${at}000000 0\n${line} HTTP/1.1\r\nHost: shop.test\r\nAccept: application/json\r\nAuthorization: ${authorization()}\r\n\r\n`;
    const reply = (id: string) => `2 ${id} 1700000000005000000 4000000\nHTTP/1.1 404 Not Found\r\n\r\nnone`;
    const messages = [
      ...[request('a1', 1_700_000_000_100, 'GET /items/7'), reply('a1'), request('b2', 1_700_000_000_000, 'GET /me')],
      ...[request('c3', 1_700_000_000_200, 'DELETE /items/7')],
    ];
    const file = save(gzipSync(`${messages.join('\n🐵🙈🙉\n')}\n🐵🙈🙉\n`));
    const { differences, stderr, requests } = await result(file, '--against', same);
    expect(requests).toBe(2);
    expect(stderr).toMatch(/^Left out because they are not GET: 1\.$/m);
    expect(differences).toMatchObject([
      { path: '/items/7', fields: [{ field: 'status', beside: '404', against: '200' }] },
    ]);
  }, 30_000);
});

describe('a command that cannot begin', () => {
  const line = { at: 0, path: '/items', route: '/items', status: 200, ms: 1, statements: 1 };
  const header = { schema: 'hotpath-recording', version: 1 };
  it.each<[string, string | RegExp]>([
    ['', /is neither a recording of hotpath, nor a file of GoReplay, nor a HAR file\.$/m],
    ['{"log":{"entries":[]}}', 'The HAR file has no GET request.\n'],
    [JSON.stringify(header), 'The recording has no request.\n'],
    [JSON.stringify({ ...header, version: 2 }), /^The recording is of version 2: a later release of hotpath reads it/],
    [`${JSON.stringify(header)}\n${JSON.stringify(line)}\n{"at`, 'Line 3 of the recording is damaged.\n'],
  ])('names the fault of the file %j', async (content, sentence) => {
    const { code, stderr } = await replay(save(content), '--against', before);
    expect(code).toBe(1);
    if (typeof sentence === 'string') expect(stderr).toBe(sentence);
    else expect(stderr).toMatch(sentence);
  });

  it('names a service that does not answer, and options that it cannot use', async () => {
    const file = recording(['/items']);
    const complaint = async (...args: string[]) => (await replay(file, ...args)).stderr;
    expect(await complaint()).toMatch(/^Usage: npx hotpath replay FILE --against URL/);
    expect(await complaint('--against', 'nowhere')).toBe('nowhere is not the URL of a service.\n');
    expect(await complaint('--against', 'http://127.0.0.1:1')).toMatch(
      /^Nothing answers at http:\/\/127\.0\.0\.1:1 \(/,
    );
    expect(await complaint('--against', before, '--speed', 'fast')).toMatch(/^--speed must be a number above 0/);
    expect(await complaint('--against', before, '--token', 'x')).toBe('--token must be ROLE=TOKEN.\n');
    const missing = await replay(join(folder, 'none'), '--against', before);
    expect(missing.stderr).toMatch(/^There is no file .*none\.$/m);
  }, 60_000);
});

describe('the speed', () => {
  const AN_HOUR = 3_600_000;
  const apart = () => recording([0, AN_HOUR].map((at) => ({ path: '/time', at })));

  it('is the recorded one: a request that came an hour later waits, until Ctrl-C ends the replay', async () => {
    const args = ['packages/hotpath/src/cli/main.ts', 'replay', apart(), '--against', before];
    const child = spawn(process.execPath, args, { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const closed = once(child, 'close');
    await vi.waitFor(() => expect(stderr).toMatch(/^1\/2 [\d.]+ s\n$/), 15_000);
    child.kill('SIGINT');
    expect(await closed).toEqual([1, null]);
    expect(stderr).toMatch(/^1\/2 .*\nRequests that were not compared before the replay ended: 1\.\n$/);
  }, 30_000);

  it('is a multiple of it', async () => {
    const { code, stderr } = await replay(apart(), '--against', before, '--speed', '10000');
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^1\/2 .*\n2\/2 .*\nRequests: 2\. No answer differs\.\n$/),
    ]);
  }, 30_000);
});
