/**
 * docs/guides/quick-start.md, followed to the letter in an empty folder: its commands, its edits, its requests. The package
 * is the tarball, installed from npm's registry with what it depends on.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pack } from '../../packages/hotpath/scripts/pack/pack.ts';
import { PROJECT } from '../../src/dev/home.ts';
import { scratchDatabase } from '../support/database.ts';

const guide = readFileSync(join(PROJECT, 'docs/guides/quick-start.md'), 'utf8');
const blocksOf = (language: string): string[] =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, code]) => code!);
/** Code that says in its first line which file it is. */
const FILES = [...blocksOf('prisma'), ...blocksOf('ts'), ...blocksOf('jsonc')].map(
  (code) => [/^\/\/ (.+)/.exec(code)![1]!, code] as const,
);
type Commands = [string, string, string, string, string, string, string, string];
const [INSTALL, SET, INIT, PREPARE, START, ASK, TEST_DATABASE, PROVE] = blocksOf('sh') as Commands;
const [ROWS, CHANGE, MANY] = blocksOf('sql') as [string, string, string];

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'quick-start-')));
const server: { process?: ChildProcess } = {};
let environment: Record<string, string>;

beforeAll(async () => {
  const { PATH = '', ...rest } = process.env as Record<string, string>;
  environment = {
    ...rest,
    ...{ npm_config_prefer_offline: 'true' },
    // The project's own commands first, then the Node.js of these tests.
    PATH: [join(folder, 'node_modules/.bin'), dirname(process.execPath), PATH].join(delimiter),
    PRISMA_SCHEMA_ENGINE_BINARY: join(PROJECT, 'prisma/schema-engine/schema-engine'),
  };
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }');
  for (const [file, code] of FILES) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), code);
  }
  const { tarball } = await pack(folder);
  await shell(INSTALL.replace('hotpath', tarball));
  await exported(SET);
}, 180_000);

afterAll(() => {
  server.process?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Runs lines as a user would, one after the other; the first that fails ends them. */
async function shell(lines: string): Promise<string> {
  const running = promisify(execFile)('bash', ['-ec', lines], { cwd: folder, env: environment, timeout: 120_000 });
  const { stdout } = await running.catch(({ stdout: said, stderr }: { stdout: string; stderr: string }) => {
    throw new Error(`${lines}\n${said}\n${stderr}`);
  });
  return stdout;
}

/** Runs lines that export variables, and keeps these; a database of its own takes the place of the guide's. */
async function exported(lines: string): Promise<void> {
  const own = lines.replace(/postgresql:\S+/, await scratchDatabase('empty'));
  const said = await shell(`${own}\necho "$DATABASE_URL $JWT_SECRET"`);
  const [DATABASE_URL, JWT_SECRET] = said.trim().split('\n').at(-1)!.split(' ');
  environment = { ...environment, DATABASE_URL: DATABASE_URL!, JWT_SECRET: JWT_SECRET! };
}

async function sql(text: string): Promise<void> {
  const client = new pg.Client(environment['DATABASE_URL']);
  await client.connect();
  await client.query(text).finally(() => client.end());
}

/** Starts the server as the guide does, on a free port. @returns the port. */
async function start(): Promise<string> {
  const line = START.replace('PORT=3000', 'PORT=0').replace(' node ', ' exec node ');
  server.process = spawn('bash', ['-ec', line], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const chunk of server.process.stdout!) {
    const port = /Server listening at http:\/\/[^:]+:(\d+)|listening at http:\/\/\[::1\]:(\d+)/.exec(String(chunk));
    if (port) return port[1] ?? port[2]!;
  }
  throw new Error('The server ended.');
}

it('leads from a schema to answers that are never stale, and to tests that prove it', async () => {
  expect(await shell(INIT)).toContain('it looks secret');
  const written = readdirSync(join(folder, 'hotpath'));
  expect(written.toSorted()).toEqual(['resources.ts', 'server.ts']);
  const [, closed, open] = /^-(.+)\n\+(.+)$/m.exec(blocksOf('diff')[0]!)!;
  const resources = join(folder, 'hotpath/resources.ts');
  writeFileSync(resources, readFileSync(resources, 'utf8').replaceAll(closed!, open!));
  expect(await shell(PREPARE)).toContain('Everything is in order.');
  await shell('tsc -p .');

  const port = await start();
  await sql(ROWS);
  const ask = () => shell(ASK.replace('localhost:3000', `127.0.0.1:${port}`));
  const first = await ask();
  expect(first).toContain('1 statement"');
  const promised = blocksOf('json')[0]!.trim();
  expect(first.trim().split('\n').at(-1)).toMatch(
    new RegExp(`^${RegExp.escape(promised).replace(RegExp.escape('…'), '[\\w-]+')}$`),
  );
  const second = await ask();
  expect(second).toContain('0 statements');
  expect(second).toContain('l1 hit');
  await sql(CHANGE);
  await expect.poll(ask, { timeout: 10_000 }).toContain('"name":"Ada Lovelace"');
  server.process!.kill('SIGTERM');
  await once(server.process!, 'exit');

  await exported(TEST_DATABASE);
  await sql(ROWS);
  await sql(MANY);
  expect(await shell(PROVE)).toMatch(/^(ℹ|#) pass 4$/m);
}, 240_000);
