/**
 * docs/guides/n-plus-one-guard.md, followed to the letter in an empty folder that installs the tarball, Fastify and `pg` alone:
 * the N+1 is named, the fixed route passes.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { checkedOptions } from 'hotpath/budget/options';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pack } from '../../packages/hotpath/scripts/pack/pack.ts';
import { PROJECT } from '../../src/dev/home.ts';
import { scratchDatabase } from '../support/database.ts';

const guide = readFileSync(join(PROJECT, 'docs/guides/n-plus-one-guard.md'), 'utf8');
/** The guide's code by the name in its first line. */
const blocks = new Map(
  [...guide.matchAll(/^```ts\n(\/\/ (.+)\n[\s\S]*?)^```$/gm)].map(([, code, name]) => [name!, code!]),
);
const promised = /^```text\n([\s\S]*?)\n```$/m.exec(guide)![1]!;
const folder = mkdtempSync(join(tmpdir(), 'guide-'));
let url: string;

beforeAll(async () => {
  url = await scratchDatabase('small');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'app.test.ts'), blocks.get('app.test.ts')!);
  const { tarball } = await pack(folder);
  const wanted = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', tarball, 'fastify@5', 'pg@8'];
  await promisify(execFile)('npm', ['install', ...wanted], { cwd: folder });
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true }));

async function testWith(app: string): Promise<{ status: number; output: string }> {
  writeFileSync(join(folder, 'app.ts'), app);
  const { PATH } = process.env;
  const child = spawn(process.execPath, ['--test', 'app.test.ts'], { cwd: folder, env: { PATH, DATABASE_URL: url } });
  const [output, status] = await Promise.all([
    text(child.stdout),
    new Promise<number>((resolve) => child.once('exit', (code) => resolve(code!))),
  ]);
  return { status, output };
}

it('names the N+1 as it says, and passes once it is fixed', async () => {
  const app = blocks.get('app.ts')!;
  const failed = await testWith(app);
  expect(failed.status).toBe(1);
  expect(failed.output).toContain(JSON.stringify(promised.replace('/home/me/app', folder)).slice(1, -1));

  const route = app.slice(app.indexOf("app.get('/posts'"));
  const fixed = await testWith(app.replace(route, blocks.get('the route, fixed')!));
  expect([fixed.status, fixed.output]).toEqual([0, expect.stringContaining('"statusCode":200')]);
  expect(readdirSync(join(folder, 'node_modules'))).not.toContain('@prisma');
}, 300_000);

it('has each option, with its default', () => {
  const { pools: _, ...known } = checkedOptions({ mode: 'throw' });
  const listed = [...guide.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name!);
  expect(listed.toSorted()).toEqual(Object.keys(known).toSorted());
  for (const name of ['repeated', 'required', 'serverTiming', 'decorate'] as const) {
    expect(guide).toMatch(new RegExp(`^\\| \`${name}\` \\| \`?${known[name]}\`? \\|`, 'm'));
  }
});
