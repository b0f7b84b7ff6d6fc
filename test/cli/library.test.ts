/** The program `hotpath` in a user's project: its help, its refusals, and where it finds its configuration. */
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scratchDatabase } from '../support/database.ts';
import { ForeignProject } from '../support/foreign-project.ts';
import { useRedisServer } from '../support/redis.ts';
import { BLOG } from './init/blog.ts';

const SECRET = 'a secret of the tests, as long as it must be';
let project: ForeignProject;
let url: string;

beforeAll(async () => {
  url = await scratchDatabase();
  project = new ForeignProject({ ...BLOG, '.env': `DATABASE_URL="${url}"\nJWT_SECRET=${SECRET}\n` });
  expect((await project.hotpath('init', '--models', 'Tag')).code).toBe(0);
}, 60_000);

afterAll(() => project.remove());

it('lists its commands, and each has a help text', async () => {
  const { code, stdout } = await project.hotpath();
  expect(code).toBe(0);
  const names = [...stdout.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name!);
  expect(names).toEqual([
    ...['init', 'migration', 'install', 'triggers', 'doctor', 'grants', 'jobs', 'notify', 'record', 'replay'],
    ...['profile', 'tail', 'token', 'warm'],
  ]);
  for (const name of names) {
    const help = await project.hotpath(name, '--help');
    expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(`Usage: npx hotpath ${name}`) });
  }
}, 60_000);

describe('names a fault in one sentence', () => {
  it.each<[string[], Record<string, string>, string | RegExp]>([
    [['dance'], {}, /^There is no command "dance"\.\n\nUsage: npx hotpath COMMAND/],
    [['constructor'], {}, /^There is no command "constructor"/],
    [['token', '--colour', 'red'], {}, /^Unknown option '--colour'/],
    [['token'], {}, /^--subject must name the user of the token/],
    [['token', '--subject', '7', '--role', 'public'], {}, '--role is "public", which no subject may have.\n'],
    [['token', '--subject', '7', '--expires-in', 'soon'], {}, '--expires-in must be a number of seconds.\n'],
    [
      ['token', '--subject', '7'],
      { JWT_SECRET: 'short' },
      'JWT_SECRET is too short: it must have at least 32 bytes.\n',
    ],
    [['token', '--subject', '7'], { JWT_SECRET: '' }, /^JWT_SECRET is not set/],
    [['notify'], { DATABASE_URL: '' }, 'DATABASE_URL is not set.\n'],
    [['notify'], { DATABASE_URL: 'postgresql://a:b#c@d/e' }, /^DATABASE_URL (has a #|cannot be read)/],
    [
      ['notify'],
      { DATABASE_URL: 'postgresql://a@localhost:1/b' },
      "Nothing answers at port 1 of DATABASE_URL's host.\n",
    ],
    [['jobs', 'list', '--state', 'lost'], {}, '--state is one of waiting, running, dead.\n'],
    [['grants', '--role', 'x', '--resources', 'none.ts'], {}, 'There is no file of resources at none.ts.\n'],
    [['warm'], {}, /^Usage: npx hotpath warm MODULE/],
    [['warm', 'src/index.ts'], {}, 'src/index.ts exports no build(), which returns the server.\n'],
    [['warm', 'src/none.ts'], {}, /^src\/none\.ts cannot be loaded: /],
    [['warm', 'src/hotpath/server.ts'], {}, 'The service has no Redis, so its processes share no cache.\n'],
  ])(
    '%j with %j',
    async (args, environment, sentence) => {
      const { code, stdout, stderr } = await project.hotpathWith(environment, ...args);
      expect({ code, stdout: args[0] === 'warm' ? '' : stdout }).toEqual({ code: 1, stdout: '' });
      if (typeof sentence === 'string') expect(stderr).toBe(sentence);
      else expect(stderr).toMatch(sentence);
    },
    30_000,
  );
});

describe('the .env file of the project', () => {
  it('configures the commands', async () => {
    expect(await project.hotpath('notify')).toMatchObject({ code: 0, stdout: 'NOTIFY is off.\n' });
    expect(await project.hotpath('jobs', 'list')).toMatchObject({ code: 0, stdout: 'There are no jobs.\n' });
    const { stdout } = await project.hotpath('token', '--subject', 'ada', '--role', 'any word', '--issuer', 'us');
    const claims = JSON.parse(Buffer.from(stdout.split('.')[1]!, 'base64url').toString());
    expect(claims).toMatchObject({ sub: 'ada', role: 'any word', iss: 'us', exp: claims.iat + 86_400 });
  }, 30_000);

  it('does not override the environment', async () => {
    const { stderr } = await project.hotpathWith({ DATABASE_URL: 'postgresql://a@localhost:1/b' }, 'notify');
    expect(stderr).toBe("Nothing answers at port 1 of DATABASE_URL's host.\n");
  }, 30_000);
});

it('grants the privileges for the resources, and for the queue if the service has jobs', async () => {
  const { code, stdout } = await project.hotpath('grants', '--role', 'reader');
  expect(code).toBe(0);
  expect(stdout).toMatch(/\('"public"\."Tag"', 'SELECT'\)/);
  expect(stdout).not.toMatch(/"Post"|'"graphile_worker"\."/);
  expect((await project.hotpath('grants', '--role', 'reader', '--jobs')).stdout).toContain(
    `'"graphile_worker"."jobs"'`,
  );
}, 30_000);

const WARMED = `import { PrismaPg } from '@prisma/adapter-pg';
import Fastify from 'fastify';
import { everything, Pool } from 'hotpath';
import { hotpath } from 'hotpath/fastify';
import { Redis } from 'ioredis';
import pg from 'pg';
import { PrismaClient } from './generated/client.ts';
import { model, tag } from './hotpath/resources.ts';

export async function build() {
  const app = Fastify();
  const pool = new Pool({ connectionString: process.env['DATABASE_URL']! });
  const redis = new Redis(process.env['REDIS_URL']!);
  const open = { ...tag, policy: everything('public', 'user') };
  const viewer = ({ headers }: { headers: Record<string, unknown> }) =>
    headers['x-user'] ? { subject: String(headers['x-user']) } : undefined;
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  await app.register(hotpath, { prisma, pool, model, resources: [open], redis, secret: 'x'.repeat(32), viewer });
  app.addHook('onClose', async () => void (await Promise.all([pool.end(), redis.quit()])));
  app.list('/tags', { resource: open, budget: 1, cache: { ttl: 60 } });
  return app;
}
`;

/** Reads a page as the public and as a viewer, often enough to count as most read. */
const READERS = `import { build } from './warmed.ts';
const app = await build();
await app.ready();
for (const headers of [{}, { 'x-user': '7' }])
  for (let time = 0; time < 4; time += 1) await app.inject({ url: '/tags', headers });
await app.hotpath.cache.settled();
await app.hotpath.popular!.report(app.hotpath.cache.takeReads(10));
await app.close();
`;

describe('hotpath warm', () => {
  const server = useRedisServer();

  it('fills Redis with the pages of a module, and with the pages of viewers if the module exports their headers', async () => {
    const database = await scratchDatabase('empty');
    const environment = { DATABASE_URL: database, REDIS_URL: server().url };
    expect((await project.prisma(environment, 'db', 'push')).code).toBe(0);
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    await client.query((await project.checked()).sql);
    await client.end();
    project.write('src/warmed.ts', WARMED);
    project.write('src/readers.ts', READERS);
    expect(await project.node(environment, 'src/readers.ts')).toMatchObject({ code: 0, stderr: '' });
    const redis = new Redis(server().url);
    const entries = (await redis.keys('hotpath:*')).filter((key) => !key.includes('{popular}'));
    await redis.unlink(entries);
    redis.disconnect();
    const warm = () => project.hotpathWith(environment, 'warm', 'src/warmed.ts');
    expect((await warm()).stdout).toBe(
      `1 of the most read are in Redis; 1 had to be read.\n1 were left out: they belong to viewers, and the module exports no headersFor(viewer).\n`,
    );
    project.write(
      'src/warmed.ts',
      `${WARMED}export const headersFor = ({ subject = '7' }) => ({ 'x-user': subject });\n`,
    );
    expect(await warm()).toMatchObject({ code: 0, stdout: '2 of the most read are in Redis; 1 had to be read.\n' });
  }, 120_000);
});
