/**
 * The example of a team's own server: installed from the tarball, migrated, served, written to, and checked by its own tests.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { run } from '../../packages/hotpath/scripts/check/run.ts';
import { pack } from '../../packages/hotpath/scripts/pack/pack.ts';
import { PROJECT } from '../../src/dev/home.ts';
import { scratchDatabase } from '../support/database.ts';
import { temporaryFolder } from './temporary-folder.ts';

const EXAMPLE = join(PROJECT, 'examples/own-schema');

interface Example {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A copy of the example with the packed library, like a clone. */
async function installed(databaseUrl: string): Promise<Example> {
  const folder = await temporaryFolder();
  const isSource = (path: string) => !/\/(node_modules|generated)$|hotpath-[^/]*\.tgz$|package-lock\.json$/.test(path);
  await cp(EXAMPLE, folder, { recursive: true, filter: isSource });
  const { tarball } = await pack(folder);
  const path = [dirname(process.execPath), join(folder, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
  const env = {
    ...process.env,
    PATH: path,
    DATABASE_URL: databaseUrl,
    CURSOR_SECRET: 'a secret of the example, long enough',
    PORT: '0',
    PRISMA_SCHEMA_ENGINE_BINARY: join(PROJECT, 'prisma/schema-engine/schema-engine'),
    // The settings of this test runner are not for the example.
    NODE_OPTIONS: '',
    NODE_TEST_CONTEXT: undefined,
  };
  const quietly = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  expect(await run('npm', ['install', ...quietly, tarball], { cwd: folder, env })).toEqual([]);
  return { folder, env };
}

/** Runs a command of the example's own packages. */
const runIn = async ({ folder, env }: Example, command: string, ...args: string[]): Promise<void> =>
  expect([command, ...(await run(command, args, { cwd: folder, env }))]).toEqual([command]);

/** Starts the server. @returns its origin. */
async function served({ folder, env }: Example): Promise<string> {
  const server = spawn(process.execPath, ['src/main.ts'], { cwd: folder, env });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  onTestFinished(async () => {
    server.kill();
    await ended;
  });
  return originOf(server);
}

function originOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const listen = (chunk: Buffer) => {
      output += chunk;
      const found = /listening at (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1];
      if (found) resolve(found);
    };
    server.stdout!.on('data', listen);
    server.stderr!.on('data', listen);
    server.once('exit', () => reject(new Error(output)));
  });
}

interface Body {
  // biome-ignore lint/suspicious/noExplicitAny: the rows have the requested fields
  readonly data: any;
  readonly meta: { readonly next?: string };
}

class Client {
  readonly #origin: string;
  #cookie = '';

  constructor(origin: string) {
    this.#origin = origin;
  }

  async post(path: string, body: object): Promise<Response> {
    const headers = { 'content-type': 'application/json', cookie: this.#cookie };
    const reply = await fetch(this.#origin + path, { method: 'POST', headers, body: JSON.stringify(body) });
    this.#cookie = reply.headers.get('set-cookie') ?? this.#cookie;
    return reply;
  }

  async get(path: string) {
    const reply = await fetch(this.#origin + path, { headers: { cookie: this.#cookie } });
    return { status: reply.status, cache: reply.headers.get('cache-status'), body: (await reply.json()) as Body };
  }
}

async function loggedIn(origin: string, name: string): Promise<Client> {
  const client = new Client(origin);
  expect((await client.post('/login', { login: name, password: name })).status).toBe(204);
  return client;
}

async function write(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(text).finally(() => client.end());
}

it('works as before, reads fast and fresh, and passes its own checks', { timeout: 600_000 }, async () => {
  const url = await scratchDatabase('empty');
  const example = await installed(url);
  await runIn(example, 'prisma', 'generate');
  await runIn(example, 'tsc', '-p', '.');
  await runIn(example, 'hotpath', 'migration');
  await runIn(example, 'prisma', 'migrate', 'deploy');
  await runIn(example, process.execPath, 'prisma/seed.ts');
  await runIn(example, 'hotpath', 'doctor');

  const origin = await served(example);
  const [alice, bob] = [await loggedIn(origin, 'alice'), await loggedIn(origin, 'bob')];
  await readsPages(alice);
  await seesWrites(alice, url);
  await keepsWhatWas(alice, bob);
  await runIn(example, process.execPath, '--test', '--test-force-exit', 'test/proofs.test.ts');
});

async function readsPages(alice: Client): Promise<void> {
  const path = '/notes?fields=title,owner(display_name),labels(slug)&state=shared&limit=10';
  const { body: first } = await alice.get(path);
  expect(first.data).toHaveLength(10);
  expect(first.data.find((note: { labels: object[] }) => note.labels.length > 1)).toEqual({
    title: expect.stringMatching(/^Note \d+ of (alice|bob|carol)$/),
    owner: { display_name: expect.any(String) },
    labels: expect.arrayContaining([{ slug: 'label-0' }, { slug: 'label-1' }]),
  });
  const { body: second } = await alice.get(`${path}&after=${first.meta.next}`);
  const titles = [...first.data, ...second.data].map(({ title }: { title: string }) => title);
  expect(new Set(titles).size).toBe(20);
}

async function seesWrites(alice: Client, url: string): Promise<void> {
  await alice.get('/notes?limit=3');
  expect(await alice.get('/notes?limit=3')).toMatchObject({ status: 200, cache: expect.stringContaining('hit') });
  await write(url, `UPDATE notes SET title = 'By hand' WHERE state = 'shared'`);
  const shared = async () => (await alice.get('/notes?state=shared&limit=1&fields=title')).body.data;
  // The service sees a write without a token within the bound of 200 ms.
  await expect.poll(shared, { timeout: 2000, interval: 20 }).toEqual([{ title: 'By hand' }]);
  const { id } = (await (await alice.post('/notes', { title: 'Mine', body: '', labels: ['new'] })).json()) as {
    id: string;
  };
  const fields = 'fields=title,labels(slug)';
  expect((await alice.get(`/notes/${id}?${fields}`)).body).toEqual({
    data: { title: 'Mine', labels: [{ slug: 'new' }] },
  });
  expect((await alice.get(`/notes?limit=1&${fields}`)).body.data[0].title).toBe('Mine');
}

async function keepsWhatWas(alice: Client, bob: Client): Promise<void> {
  expect(await alice.get('/stats')).toMatchObject({ status: 200, body: { notes: 73 } });
  const { body } = await alice.get('/notes?state=draft&limit=1&fields=id');
  const id = body.data[0].id;
  expect(await bob.get(`/notes/${id}`)).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
  expect(await bob.get('/notes?colour=red')).toMatchObject({
    status: 400,
    body: { error: { code: 'INVALID_REQUEST' } },
  });
}
