/** The oracle: random reads over random data by the compiler and by Prisma Client, on two schemas. */
import { describe, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { type OpenDatabase, openMarketplace, openZoo } from './oracle/databases.ts';
import { run } from './oracle/run.ts';

const seed = 2024;

async function verdictsOn(open: Promise<OpenDatabase>, cases: number) {
  const database = await open;
  try {
    return await run(database, { cases, seed });
  } finally {
    await database.close();
  }
}

describe('a compiled read equals that of Prisma Client', { retry: 0 }, () => {
  it('on the zoo', { timeout: 240_000 }, async () => {
    const tally = await verdictsOn(
      scratchDatabase('empty').then((url) => openZoo(url)),
      1_500,
    );
    expect(tally.equal).toBeGreaterThan(1_450);
  });

  it('on the zoo, in a database with hostile settings', { timeout: 240_000 }, async () => {
    const open = scratchDatabase('empty').then((url) => openZoo(url, { hostile: true }));
    const tally = await verdictsOn(open, 500);
    expect(tally.equal).toBeGreaterThan(480);
  });

  it('on the marketplace', { timeout: 240_000 }, async () => {
    const tally = await verdictsOn(
      scratchDatabase().then((url) => openMarketplace(url, { hostile: true })),
      1_000,
    );
    expect(tally.equal).toBeGreaterThan(970);
  });
});
