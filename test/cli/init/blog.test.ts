/** `hotpath init` in a usual project: its three files, and the service that they make. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { scratchDatabase } from '../../support/database.ts';
import { ForeignProject, type Ran } from '../../support/foreign-project.ts';
import { BLOG } from './blog.ts';

let project: ForeignProject;
let first: Ran;

beforeAll(async () => {
  project = new ForeignProject(BLOG);
  first = await project.hotpath('init');
}, 60_000);

afterAll(() => project.remove());

describe('hotpath init', () => {
  it('writes files that a reviewer accepts', () => {
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const files = project.files();
    expect(Object.keys(files)).toEqual(
      [...Object.keys(BLOG), 'src/hotpath/resources.ts', 'src/hotpath/server.ts'].sort(),
    );
    expect(files['src/hotpath/resources.ts']).toMatchSnapshot();
    expect(files['src/hotpath/server.ts']).toMatchSnapshot();
    expect(first.stdout).toMatchSnapshot();
  });

  it('adds its generator beside that of the client, and leaves every other byte of the schema', () => {
    const block = 'generator datamodel {\n  provider = "hotpath-datamodel"\n  output   = "../src/generated"\n}\n\n';
    const schema = project.read('prisma/schema.prisma');
    expect(schema.replace(block, '')).toBe(BLOG['prisma/schema.prisma']);
  });

  it('writes code that type checks under strict, and resources that the registry accepts', async () => {
    expect(await project.typeErrors()).toEqual([]);
    expect((await project.checked()).names).toEqual(['user', 'post', 'tag', 'dailyView']);
  }, 60_000);

  it('changes nothing when it runs again', async () => {
    const before = project.files();
    const { code, stdout } = await project.hotpath('init');
    expect(code).toBe(0);
    expect(stdout).toContain('src/hotpath/resources.ts  exists, not changed');
    expect(project.files()).toEqual(before);
  }, 60_000);
});

const SECRET = 'a secret of the blog, as long as it must be';

describe('the server that it writes', () => {
  it('shows no viewer anything until a policy allows it', async () => {
    const url = await scratchDatabase('empty');
    const resources = project.read('src/hotpath/resources.ts');
    await makeTables(url);
    const closed = await start(url);
    expect((await fetch(`${closed}/posts`)).status).toBe(401);
    const token = (await project.hotpathWith({ JWT_SECRET: SECRET }, 'token', '--subject', ADA)).stdout.trim();
    const authorization = { headers: { authorization: `Bearer ${token}` } };
    expect((await fetch(`${closed}/posts`, authorization)).status).toBe(403);

    const own = resources
      .replace('import { nobody,', 'import { nobody, SUBJECT,')
      .replace(/policy: nobody, .* \{ id: SUBJECT .*/, 'policy: { user: { rows: { id: SUBJECT } } },')
      .replace(/policy: nobody, .*authorId.*/, 'policy: { public: {}, user: {} },');
    project.write('src/hotpath/resources.ts', own);
    expect(await project.typeErrors()).toEqual([]);
    const open = await start(url);
    const read = async (path: string, init = {}) =>
      (await fetch(`${open}${path}`, init)).json() as Promise<{ data: unknown }>;
    expect(await read('/posts?fields=id,title,replies(title)&limit_is=3')).toMatchObject({
      data: [{ id: '1', title: 'One', replies: [{ title: 'Two' }] }],
    });
    expect(await read('/users', authorization)).toMatchObject({ data: [{ id: ADA, email: 'ada@example.com' }] });
    expect(await read('/posts/2')).toMatchObject({ data: { title: 'Two' } });
    await sql(url, `UPDATE "Post" SET title = 'Zwei' WHERE id = 2`);
    await expect.poll(async () => (await read('/posts/2')).data).toMatchObject({ title: 'Zwei' });
    expect((await fetch(`${open}/posts`, { headers: { authorization: 'Bearer no.such.token' } })).status).toBe(401);
  }, 120_000);
});

const ADA = '4c3c1f3e-0e5b-4a1b-9d3a-0f4b8c1d2e3f';

async function makeTables(url: string): Promise<void> {
  const pushed = await project.prisma({ DATABASE_URL: url }, 'db', 'push');
  expect(pushed).toMatchObject({ code: 0 });
  const { sql: log } = await project.checked();
  await sql(url, log);
  await sql(
    url,
    `INSERT INTO "app users" VALUES ('${ADA}', 'ada@example.com', 'Ada', 'x'), (gen_random_uuid(), 'emmy@example.com', 'Emmy', 'y')`,
    `INSERT INTO "Post" (title, body, "authorId", "parentId", "limit", "updatedAt")
       VALUES ('One', '', '${ADA}', NULL, 3, now()), ('Two', '', '${ADA}', 1, 4, now())`,
  );
}

async function sql(connectionString: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/**
 * Starts the project's server.
 * @returns its address.
 */
async function start(url: string): Promise<string> {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(process.execPath, ['src/hotpath/server.ts'], {
    cwd: project.root,
    env: { PATH, HOME, NODE_COMPILE_CACHE, DATABASE_URL: url, JWT_SECRET: SECRET, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(line);
      const address = /Server listening at (http:\/\/127[^"]+|http:\/\/\[::1\][^"]+)/.exec(line)?.[1];
      if (address) resolve(address);
    });
    child.once('exit', () => reject(new Error(said.join('\n'))));
  });
}
