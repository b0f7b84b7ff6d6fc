/** `hotpath profile`, run as an operator runs it. */
import { expect, it } from 'vitest';
import { scratchDatabase } from '../support/database.ts';
import { runToEnd } from '../support/process.ts';

const profiled = (url: string, ...args: string[]) =>
  runToEnd({ DATABASE_URL: url }, 'packages/hotpath/src/cli/main.ts', ['profile', ...args]);

it('finds nothing to advise in the tables of the marketplace, and says how to see its statements', async () => {
  const { stdout, code } = await profiled(await scratchDatabase());
  expect(stdout).toMatch(/CREATE EXTENSION pg_stat_statements.*\n\nThere is nothing to advise\.\n$/);
  expect(code).toBe(0);
});

it('prints the same as JSON', async () => {
  const { stdout } = await profiled(await scratchDatabase(), '--json');
  expect(JSON.parse(stdout)).toEqual({ dearest: { missing: expect.any(String) }, advice: [] });
});

it('ends with a sentence where nothing listens', async () => {
  const { stderr, code } = await profiled('postgresql://nobody@127.0.0.1:1/none');
  expect(stderr).toMatch(/^Nothing answers at port 1 /);
  expect(code).toBe(1);
});
