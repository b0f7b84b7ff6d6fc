/** `hotpath tail` on a real server with the inspector, by the address that the server prints. */
import Fastify, { type FastifyInstance } from 'fastify';
import { budgets } from 'hotpath/budget';
import { inspector } from 'hotpath/inspector';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabaseUrl } from '../support/database.ts';
import { runToEnd } from '../support/process.ts';

const TOKEN = 'a token for tests alone';
let app: FastifyInstance;
let address: string;

beforeAll(async () => {
  const pool = new pg.Pool({ connectionString: await testDatabaseUrl() });
  app = Fastify();
  app.register(budgets, { pool, mode: 'count' });
  app.register(inspector, { token: TOKEN });
  app.get('/once', { config: { budget: 1 } }, async () => pool.query('select 1').then(() => 'ok'));
  app.get('/loop', async () => {
    for (const n of [1, 2, 3]) await pool.query('select $1::int', [n]);
  });
  app.addHook('onClose', () => pool.end());
  address = await app.listen({ port: 0 });
  for (const path of ['/once', '/loop']) await fetch(address + path);
});
afterAll(() => app.close());

const tail = (...args: string[]) => runToEnd({}, 'src/cli/main.ts', ['tail', '--once', ...args]);
const printed = () => `${address}/_hotpath#token=${encodeURIComponent(TOKEN)}`;

describe('hotpath tail', () => {
  it('shows a line for each request, and of an N+1 its statement and its line', async () => {
    const { code, stdout } = await tail(printed());
    const [once, loop, statement, line, ...others] = stdout.trimEnd().split('\n');
    expect([code, others]).toEqual([0, []]);
    expect(once).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}200 +[\d.]+ ms +1\/1 +2 B {2}GET \/once$/);
    expect(loop).toMatch(/GET \/loop {2}N\+1 × 3$/);
    expect([statement, line]).toEqual(['    3 × select $1::int', expect.stringMatching(/tail\.test\.ts:\d+:\d+$/)]);
  });

  it('shows the requests of a filter, as JSON', async () => {
    const { stdout } = await tail(address, '--token', TOKEN, '--route', '/once', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ route: '/once', statements: 1, budget: 1 });
    expect((await tail(address, '--token', TOKEN, '--status', '5xx')).stdout).toBe('');
  });

  it.each([
    [['not an address'], 'not an address is not an address.'],
    [['http://127.0.0.1:1', '--token', TOKEN], 'Nothing answers at http://127.0.0.1:1.'],
    [[], 'Give the address that the service printed, or --token, or set INSPECTOR_TOKEN.'],
  ])('refuses %j in words', async (args, sentence) => {
    const { code, stderr } = await tail(...args);
    expect([code, stderr]).toEqual([1, `${sentence}\n`]);
  });

  it('says that a token is wrong', async () => {
    expect((await tail(address, '--token', 'no')).stderr).toMatch(/^The inspector accepts its token/);
  });
});
