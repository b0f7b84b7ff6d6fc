/** The running service answers the `curl` lines of docs/guides/api.md and docs/operating/jobs.md as these pages say. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, expect, it, vi } from 'vitest';
import { PROJECT } from '../../src/dev/home.ts';
import { TEST_SECRET, useApp } from '../support/app.ts';
import { fencedBlocks } from './doc-pages.ts';

// Each block starts npm, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const app = useApp({ seeded: true });
let address: string;

beforeAll(async () => {
  address = await app().listen({ host: '127.0.0.1', port: 0 });
});

/** Runs lines of a page, sent to this service. */
async function shell(lines: string): Promise<string> {
  const { PATH = '', HOME = '' } = process.env;
  const script = lines.replaceAll('http://127.0.0.1:3000', address);
  const env = { PATH, HOME, JWT_SECRET: TEST_SECRET };
  const { stdout } = await promisify(execFile)('bash', ['-ec', script], { cwd: PROJECT, env });
  return stdout;
}

const blocksOf = (page: string): string[] =>
  fencedBlocks(page)
    .filter(({ language }) => language === 'sh')
    .map(({ code }) => code);

it('gives a token, and answers each line of api.md with rows', async () => {
  const [block] = blocksOf('docs/guides/api.md');
  const [token, ...requests] = block!.split('\n\n');
  expect(requests).toHaveLength(3);
  const [own, ...others] = requests;
  const selected = await shell(`${token}\n${own}`);
  const [filtered, paged] = await Promise.all(others.map((request) => shell(request)));
  expect(Object.keys(JSON.parse(selected).data[0])).toEqual(['amount', 'createdAt', 'merchant']);
  for (const { price } of JSON.parse(filtered!).data) {
    expect(Number(price)).toBeGreaterThanOrEqual(10);
    expect(Number(price)).toBeLessThan(50);
  }
  expect(paged).toMatch(/^link: <.*rel="next"/im);
  expect(JSON.parse(paged!.trim().split('\n').at(-1)!).meta.next).toEqual(expect.any(String));
});

it('accepts a report and tells of its progress as jobs.md says', async () => {
  const block = blocksOf('docs/operating/jobs.md').find((code) => code.includes('/v1/reports'))!;
  const [token, create, progress] = block.trim().split(/\n(?=\S)/);
  const created = await shell(`${token}\n${create}`);
  expect(created).toMatch(/^HTTP\/1\.1 202 /);
  const [, location] = /^location: \/v1\/reports\/(\S+)/im.exec(created)!;
  const report = JSON.parse(await shell(`${token}\n${progress!.replace('019a…', location!)}`));
  expect(report.data).toMatchObject({ id: location, status: 'queued' });
});
