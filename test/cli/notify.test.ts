import { beforeAll, describe, expect, it } from 'vitest';
import { scratchDatabase } from '../support/database.ts';
import { runToEnd } from '../support/process.ts';

describe('hotpath notify', () => {
  let url: string;
  beforeAll(async () => {
    url = await scratchDatabase();
  });
  const notify = (...args: string[]) => runToEnd({ DATABASE_URL: url }, 'src/cli/main.ts', ['notify', ...args]);

  it('turns notifications on and off in the database, and shows the state', async () => {
    const said: string[] = [];
    for (const args of [[], ['on'], ['on'], [], ['off'], []]) said.push((await notify(...args)).stdout);
    const [on, off] = ['NOTIFY is on.\n', 'NOTIFY is off.\n'];
    expect(said).toEqual([off, on, on, on, off, off]);
  });

  it.each([[['maybe']], [['on', 'off']]])('refuses %j', async (args) => {
    const { code, stderr } = await notify(...args);
    expect({ code, isHelped: stderr.includes('Usage: npm run hotpath -- notify') }).toEqual({
      code: 1,
      isHelped: true,
    });
  });
});
