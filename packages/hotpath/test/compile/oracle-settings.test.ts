/** The oracle on databases with hostile settings: our sessions set what both sides rely on. */
import { PrismaPg } from '@prisma/adapter-pg';
import { SessionPool } from 'hotpath/session/session-pool';
import { describe, expect, it } from 'vitest';
import { PrismaClient } from '../../../../prisma/generated/client.ts';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { makeHostile } from '../../../../test/support/hostile-settings.ts';
import { type OpenDatabase, openMarketplace, openZoo } from './oracle/databases.ts';
import { run } from './oracle/run.ts';
import { PrismaClient as ZooClient } from './zoo/generated/client.ts';

const seed = 1914;

interface Opening {
  readonly url: string;
  readonly open: (url: string) => Promise<OpenDatabase>;
  readonly client: (adapter: PrismaPg) => { $disconnect(): Promise<void> };
}

/** PostgreSQL's default settings hold while the tables are made; then our sessions read and write everything. */
async function verdictsOn({ url, open, client }: Opening, cases: number) {
  const made = await open(url);
  await makeHostile(url);
  const pool = new SessionPool({ connectionString: url, max: 4 });
  pool.on('error', () => {});
  const prisma = client(new PrismaPg(pool));
  try {
    return await run({ ...made, client: prisma as unknown as OpenDatabase['client'], pool }, { cases, seed });
  } finally {
    await prisma.$disconnect();
    await pool.end();
    await made.close();
  }
}

describe('a compiled read equals that of Prisma Client in a database with hostile settings', () => {
  it('on the zoo', { timeout: 120_000 }, async () => {
    const client = (adapter: PrismaPg) => new ZooClient({ adapter });
    const url = await scratchDatabase('empty');
    const tally = await verdictsOn({ url, open: openZoo, client }, 600);
    expect(tally.equal).toBeGreaterThan(570);
  });

  it('on the marketplace', { timeout: 120_000 }, async () => {
    const client = (adapter: PrismaPg) => new PrismaClient({ adapter });
    const tally = await verdictsOn({ url: await scratchDatabase(), open: openMarketplace, client }, 300);
    expect(tally.equal).toBeGreaterThan(285);
  });
});
