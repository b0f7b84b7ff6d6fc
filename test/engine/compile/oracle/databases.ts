/** The two schemas that the oracle draws from: the marketplace's, and the zoo's, which is unlike it in every feature. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { Prisma, PrismaClient } from '#client';
import { datamodel } from '#datamodel';
import { PrismaClient as ZooClient } from '../zoo/generated/client.ts';
import { datamodel as zooDataModel } from '../zoo/generated/datamodel.ts';
import type { Client, Database } from './data.ts';

const PROJECT = join(import.meta.dirname, '../../../..');

/** Prisma's pg adapter reads a timestamp with time zone as if the session were in UTC. */
const options = '-c TimeZone=UTC';
const nulls = { database: Prisma.DbNull, json: Prisma.JsonNull, any: Prisma.AnyNull };

export interface OpenDatabase extends Database {
  readonly name: string;
  close(): Promise<void>;
}

/** @param url a database with the marketplace's tables. What its checks keep out is worth reading too. */
export async function openMarketplace(url: string): Promise<OpenDatabase> {
  const client = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, options }) });
  const marketplace = opened(url, client, { name: 'marketplace', dataModel: datamodel, views: ['CategoryTotal'] });
  const { rows } = await marketplace.pool.query<{ drop: string }>(`
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop
    FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0`);
  for (const { drop } of rows) await marketplace.pool.query(drop);
  return marketplace;
}

/** @param url an empty database; the zoo's tables are made in it. */
export async function openZoo(url: string): Promise<OpenDatabase> {
  await push(url);
  const client = new ZooClient({ adapter: new PrismaPg({ connectionString: url, options }) });
  const zoo = opened(url, client, { name: 'zoo', dataModel: zooDataModel, views: ['AnimalTotal'] });
  await zoo.pool.query(`CREATE VIEW "animal totals" AS
    SELECT country, count(*) AS total, max(weight) AS heavy FROM "ANIMAL" WHERE country IS NOT NULL GROUP BY country`);
  return zoo;
}

interface Disconnecting {
  $disconnect(): Promise<void>;
}

function opened(
  url: string,
  client: Disconnecting,
  schema: Pick<OpenDatabase, 'name' | 'dataModel' | 'views'>,
): OpenDatabase {
  const pool = new pg.Pool({ connectionString: url, options, max: 2 });
  // The database is dropped by force, which may cut a connection that is just being closed.
  pool.on('error', () => {});
  const close = async () => {
    await client.$disconnect();
    await pool.end();
  };
  return { ...schema, client: client as unknown as Client, pool, nulls, close };
}

async function push(url: string): Promise<void> {
  const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js');
  const args = [prisma, 'db', 'push', '--schema', 'test/engine/compile/zoo', '--url', url];
  const child = spawn(process.execPath, args, { cwd: PROJECT, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`prisma db push failed:\n${errors}`);
}
