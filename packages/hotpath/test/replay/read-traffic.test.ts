import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readTraffic } from 'hotpath/replay/read-traffic';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'hotpath-traffic-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function read(content: string | Buffer, origin?: string) {
  files += 1;
  const file = join(folder, String(files));
  writeFileSync(file, content);
  return readTraffic(file, origin);
}

const jwt = (claims: object) => `Bearer e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

describe('a recording', () => {
  const header = { schema: 'hotpath-recording', version: 1, recordedAt: '2026-11-29T00:00:00Z', from: 'http://a.test' };
  const line = { path: '/a?b=c', route: '/a', status: 200, ms: 1.5, statements: 2 };

  it('is in the order of its times, which begin with 0; unknown members are left', async () => {
    const lines = [
      header,
      { ...line, at: 50, role: 'admin', subject: '7', later: true },
      { ...line, at: 20, path: '/b' },
    ];
    const { requests } = await read(`${lines.map((each) => JSON.stringify(each)).join('\n')}\n`);
    const recorded = { status: 200, ms: 1.5, statements: 2 };
    const usual = { route: '/a', headers: {}, credentials: {}, recorded };
    expect(requests).toEqual([
      { ...usual, at: 0, path: '/b', viewer: undefined },
      { ...usual, at: 30, path: '/a?b=c', viewer: { role: 'admin', subject: '7' } },
    ]);
  });

  it('may not lead to another service by a path', async () => {
    const lines = [header, { ...line, at: 1, path: 'http://b.test/' }].map((each) => JSON.stringify(each));
    await expect(read(lines.join('\n'))).rejects.toThrow('Line 2 of the recording is damaged.');
  });
});

describe('a HAR file', () => {
  const entry = (url: string, time: string | undefined, headers: Record<string, string> = {}, method = 'GET') => ({
    ...(time && { startedDateTime: time }),
    ...{ time: 3, response: { status: 200 } },
    request: { method, url, headers: Object.entries(headers).map(([name, value]) => ({ name, value })) },
  });
  const har = (...entries: object[]) => JSON.stringify({ log: { entries } }, null, 2);

  it('gives the requests of one origin, with their viewers and the headers that count', async () => {
    const headers = {
      ':authority': 'a.test',
      Accept: 'text/csv',
      'If-None-Match': '"x"',
      Cookie: 'c=1',
      'X-Tenant': 'n',
    };
    const { requests, notes } = await read(
      har(
        entry('https://a.test/users/7?x=%20', '2026-11-29T10:00:01Z', {
          ...headers,
          Authorization: jwt({ sub: '7', role: 'admin' }),
        }),
        entry('https://b.test/', '2026-11-29T10:00:00Z'),
        entry('https://a.test/', undefined),
        entry('https://a.test/', '2026-11-29T10:00:00Z', {}, 'POST'),
      ),
    );
    expect(notes).toEqual(['Left out because they go to another origin than https://a.test (--origin): 1.']);
    expect(requests).toMatchObject([
      { at: 0, path: '/users/7?x=%20', route: '/users/:id', viewer: { role: 'admin', subject: '7' } },
      { at: 0, path: '/', route: '/', viewer: undefined, recorded: { status: 200, ms: 3 } },
    ]);
    expect(requests[0]!.headers).toEqual({ accept: 'text/csv', 'x-tenant': 'n' });
    expect(Object.keys(requests[0]!.credentials).sort()).toEqual(['authorization', 'cookie']);
  });

  it('gives the requests of the origin that is named', async () => {
    const text = har(entry('https://a.test/a', undefined), entry('https://b.test/b', undefined));
    expect((await read(text, 'https://b.test')).requests.map(({ path }) => path)).toEqual(['/b']);
    await expect(read(text, 'https://c.test')).rejects.toThrow('The HAR file has no GET request to https://c.test.');
  });
});

describe('a file of GoReplay', () => {
  const SEPARATOR = '\n🐵🙈🙉\n';
  const request = (id: string, at: number, line: string, ...headers: string[]) =>
    `1 ${id} ${at} 0\n${[`${line} HTTP/1.1`, ...headers].join('\r\n')}\r\n\r\n`;

  it('gives its GET requests with the status and the latency of their replies', async () => {
    const messages = [
      request('ab1', 2_000_000_000, 'GET /orders/00000000-0000-0000-0000-000000000001', 'Host: a.test', 'Accept: */*'),
      '2 ab1 2004000000 4000000\nHTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno',
      request('ab2', 1_500_000_000, 'GET /', `Authorization: ${jwt({ sub: 'ada' })}`),
      request('ab3', 1_600_000_000, 'POST /orders'),
    ];
    const { requests, notes } = await read(gzipSync(messages.join(SEPARATOR) + SEPARATOR));
    expect(notes).toEqual(['Left out because they are not GET: 1.']);
    expect(requests).toMatchObject([
      { at: 0, path: '/', headers: {}, viewer: { role: 'user', subject: 'ada' }, recorded: undefined },
      { at: 500, route: '/orders/:id', headers: { accept: '*/*' }, recorded: { status: 404, ms: 4 } },
    ]);
  });

  it('may have no GET request', async () => {
    await expect(read(request('a', 1, 'PUT /') + SEPARATOR)).rejects.toThrow('has no GET request.');
  });
});

it('is refused if it is of no known form, or damaged', async () => {
  await expect(read('GET / HTTP/1.1')).rejects.toThrow(/is neither a recording of hotpath, nor/);
  await expect(read('null')).rejects.toThrow(/is neither/);
  await expect(read(gzipSync('x').subarray(0, 12))).rejects.toThrow(/cannot be read: unexpected end of file/);
  await expect(readTraffic(folder)).rejects.toThrow(/cannot be read: EISDIR/);
});
