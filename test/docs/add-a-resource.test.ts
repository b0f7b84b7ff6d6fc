/**
 * docs/guides/add-a-resource.md, followed in a copy of the marketplace: its model, its migrations, its folder, its line and its
 * request.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PROJECT } from '../../src/dev/home.ts';
import { prisma, write } from '../prisma/support.ts';
import { ownerUrl, scratchDatabase } from '../support/database.ts';
import { fencedBlocks, pageText } from './doc-pages.ts';

const PAGE = 'docs/guides/add-a-resource.md';
const page = pageText(PAGE);
const blocks = fencedBlocks(PAGE);
const codeOf = (language: string): string[] =>
  blocks.filter((block) => block.language === language).map(({ code }) => code);

/** The name of a file that a paragraph before a block begins with: `src/domain/coupons/index.ts`: … */
function fileOf(place: number): string | undefined {
  const { line } = blocks[place]!;
  const before = blocks[place - 1];
  const start = before ? before.line + before.code.split('\n').length : 0;
  const between = page
    .split('\n')
    .slice(start, line - 1)
    .join('\n');
  return /^`([\w./-]+)`:/m.exec(between)?.[1];
}
const FILES = Object.fromEntries(
  blocks.flatMap(({ language, code }, place) => {
    const file = language === 'sh' ? undefined : fileOf(place);
    return file ? [[file, code]] : [];
  }),
);
const [, RELATION] = codeOf('prisma') as [string, string];
const MODULES = codeOf('ts').at(-1)!;
const REQUEST = /'http:\/\/127\.0\.0\.1:3000([^']+)'/.exec(codeOf('sh').at(-1)!)![1]!;

const folder = mkdtempSync(join(tmpdir(), 'add-a-resource-'));
const service: { process?: ChildProcess } = {};
let url: string;
let environment: Record<string, string>;

beforeAll(async () => {
  url = ownerUrl(await scratchDatabase());
  environment = {
    DATABASE_URL: url,
    JWT_SECRET: 'a secret of a guide, long enough for tokens',
    PORT: '0',
    // A busy machine is not the subject.
    OVERLOAD_EVENT_LOOP_DELAY_MS: '0',
  };
  for (const name of ['src', 'prisma', 'package.json', 'tsconfig.json', 'prisma.config.ts']) {
    cpSync(join(PROJECT, name), join(folder, name), { recursive: true });
  }
  for (const name of ['node_modules', 'packages', 'test', 'docs']) symlinkSync(join(PROJECT, name), join(folder, name));
});

afterAll(() => {
  service.process?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Replaces one place of a file, which must be there. */
function edit(file: string, place: string | RegExp, by: string): void {
  const path = join(folder, file);
  const before = readFileSync(path, 'utf8');
  const after = before.replace(place, () => by);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
}

async function command(...args: string[]): Promise<string> {
  const { PATH = '' } = process.env;
  const run = promisify(execFile)(process.execPath, args, { cwd: folder, env: { PATH, ...environment } });
  return run.then(
    ({ stdout }) => stdout,
    ({ stdout, stderr }: { stdout: string; stderr: string }) => Promise.reject(new Error(stdout + stderr)),
  );
}

async function migrate(line: string): Promise<string> {
  const { code, output } = await prisma(folder, line, { DATABASE_URL: url });
  expect([line, code, output]).toEqual([line, 0, expect.any(String)]);
  return output;
}

/** Starts the service of the copy. @returns where it listens. */
async function start(): Promise<string> {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, ['src/main.ts'], { cwd: folder, env: { PATH, ...environment } });
  service.process = child;
  const log: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    log.push(line);
    const [, address] = /Server listening at (http:\/\/[^"]+)/.exec(line) ?? [];
    if (address) return address;
  }
  throw new Error(`The service ended:\n${log.join('\n')}`);
}

it('leads from a model to a route that is answered', async () => {
  expect(Object.keys(FILES)).toEqual([
    'prisma/schema/coupons.prisma',
    'src/domain/coupons/resource.ts',
    'src/domain/coupons/cache.ts',
    'src/domain/coupons/index.ts',
  ]);
  await write(folder, FILES);
  edit('prisma/schema/payments.prisma', /(?<=^model Merchant \{\n)/m, RELATION);
  await migrate('migrate dev --name coupons');
  await migrate('generate');

  const [importLine, ...modules] = MODULES.trim().split('\n\n');
  edit('src/domain/index.ts', /(?=^import \{ catalog \})/m, `${importLine}\n`);
  edit('src/domain/index.ts', /^export const modules[\s\S]*?\];\n/m, `${modules.join('\n\n')}\n`);
  writeFileSync(
    join(folder, 'tsconfig.guide.json'),
    '{ "extends": "./tsconfig.json", "include": ["src", "packages/hotpath/src/**/*.d.ts"] }',
  );
  await command(join(PROJECT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.guide.json');

  await command('src/cli/main.ts', 'triggers');
  await migrate('migrate deploy');
  const reply = await fetch((await start()) + REQUEST);
  expect([reply.status, await reply.json()]).toEqual([200, { data: [], meta: { limit: 5 } }]);
  expect(reply.headers.get('server-timing')).toContain('"1 statement"');
}, 240_000);
