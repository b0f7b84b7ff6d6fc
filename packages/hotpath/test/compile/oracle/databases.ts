/** The databases that the oracle reads: the marketplace, and the zoo, which differs from it in every feature. */
import { PrismaPg } from '@prisma/adapter-pg';
import { SessionPool } from 'hotpath/session/session-pool';
import { Prisma, PrismaClient } from '../../../../../prisma/generated/client.ts';
import { datamodel } from '../../../../../prisma/generated/datamodel.ts';
import { makeHostile } from '../../../../../test/support/hostile-settings.ts';
import { PrismaClient as ZooClient } from '../zoo/generated/client.ts';
import { datamodel as zooDataModel } from '../zoo/generated/datamodel.ts';
import type { Client, Database } from './data.ts';
import { dropConstraints } from './schema/loosen-tables.ts';
import { prismaCommand } from './schema/prisma-command.ts';

const nulls = { database: Prisma.DbNull, json: Prisma.JsonNull, any: Prisma.AnyNull };

export interface OpenDatabase extends Database {
  readonly name: string;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Whether the database has settings with which an ordinary session reads and writes wrong values. */
  readonly hostile?: boolean;
}

/** @param url a database with the marketplace's tables. Their check constraints are dropped, so that any value can be read. */
export async function openMarketplace(url: string, { hostile = false }: OpenOptions = {}): Promise<OpenDatabase> {
  if (hostile) await makeHostile(url);
  const schema = { name: 'marketplace', dataModel: datamodel, views: ['CategoryTotal'] };
  const marketplace = opened(url, PrismaClient, schema);
  await dropConstraints(marketplace.pool);
  return marketplace;
}

/** @param url an empty database; the zoo's tables are made in it. */
export async function openZoo(url: string, { hostile = false }: OpenOptions = {}): Promise<OpenDatabase> {
  await prismaCommand('db', 'push', '--schema', 'packages/hotpath/test/compile/zoo', '--url', url);
  if (hostile) await makeHostile(url);
  const zoo = opened(url, ZooClient, { name: 'zoo', dataModel: zooDataModel, views: ['AnimalTotal'] });
  await dropConstraints(zoo.pool);
  await zoo.pool.query(`CREATE VIEW "animal totals" AS
    SELECT country, count(*) AS total, max(weight) AS heavy FROM "ANIMAL" WHERE country IS NOT NULL GROUP BY country`);
  return zoo;
}

/** The part of a generated client's class that the oracle uses. */
export type ClientClass = new (given: { adapter: PrismaPg }) => { $disconnect(): Promise<void> };

/** Opens a database with the sessions of the service. */
export function opened(
  url: string,
  Generated: ClientClass,
  schema: Pick<OpenDatabase, 'name' | 'dataModel' | 'views'>,
): OpenDatabase {
  const pool = new SessionPool({ connectionString: url, max: 4 });
  const client = new Generated({ adapter: new PrismaPg(pool) });
  // DROP DATABASE with FORCE may cut a connection that is closing.
  pool.on('error', () => {});
  const close = async () => {
    await client.$disconnect();
    await pool.end();
  };
  return { ...schema, client: client as unknown as Client, pool, nulls, close };
}
