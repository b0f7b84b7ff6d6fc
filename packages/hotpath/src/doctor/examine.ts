/**
 * Examines a project, its database and its Redis, and reports what is missing or wrong, as `hotpath doctor` prints it.
 * It changes nothing. A check that itself fails is `unknown`; the others continue.
 */
import type pg from 'pg';
import type { Needs } from '../access/needs.ts';
import { missingMigration } from '../fastify/operations/health/migrations-check.ts';
import { missingColumn } from '../fastify/operations/health/schema-check.ts';
import type { Watched } from '../freshness/watched.ts';
import { queueExists } from '../jobs/graphile-worker-internals.ts';
import { schemaOf } from '../session/settings.ts';
import { openExamined, type Queryable } from './database.ts';
import { type Finding, fault, ofComplaint, ok } from './finding.ts';
import { checkOwnSchema, checkTriggers } from './own-schema.ts';
import { checkRedis } from './redis.ts';
import { checkRights } from './rights.ts';
import { checkClock, checkPooler, checkWrites } from './server.ts';
import { checkStandbys } from './standbys.ts';
import { checkNode, checkPackages, checkPostgres } from './versions.ts';

export interface ExamineOptions {
  /** The folder of the project's package.json; without it the packages are not checked. */
  readonly root?: string;
  /** The URL of the database, as the service connects to it. */
  readonly url: string;
  /** The tables and columns that the resources read. */
  readonly watched: Watched;
  /** The privileges that the role of the connection must have. */
  readonly needs: Needs;
  /** The names of the migrations that the database should have; without it they are not checked. */
  readonly migrations?: readonly string[];
  readonly redisUrl?: string | undefined;
  /** The URLs of the standbys that answer reads; none without it. */
  readonly replicaUrls?: readonly string[];
}

export async function examine(options: ExamineOptions): Promise<Finding[]> {
  const { root, redisUrl } = options;
  return [
    checkNode(),
    ...(root === undefined ? [] : checkPackages(root)),
    ...(await examineDatabase(options)),
    ...(redisUrl === undefined ? [] : await checkRedis(redisUrl)),
  ];
}

async function examineDatabase(options: ExamineOptions): Promise<Finding[]> {
  const check = 'database';
  const opened = await openExamined(options.url).catch((error: Error) => error);
  if (opened instanceof Error) {
    const detail = `not reached: ${opened.message || (opened as NodeJS.ErrnoException).code}`;
    return [fault('wrong', { check, detail, remedy: 'Start PostgreSQL, or correct DATABASE_URL.' })];
  }
  const { client, settingsComplaint } = opened;
  try {
    const findings = [ofComplaint('session settings', settingsComplaint, 'correct')];
    // One after the other, because all checks share one connection.
    for (const [name, run] of checksOf(client, options)) findings.push(...(await attempted(name, run)));
    return findings;
  } finally {
    await client.end();
  }
}

type Check = readonly [name: string, run: () => Promise<Finding | readonly Finding[]>];

function checksOf(client: pg.Client, options: ExamineOptions): Check[] {
  const { url, watched, needs, migrations, replicaUrls = [] } = options;
  const schema = schemaOf(url);
  const pool = client as unknown as pg.Pool;
  const { dataModel } = watched.registry;
  return [
    ['PostgreSQL', () => checkPostgres(client)],
    ['pooler', () => checkPooler(client)],
    ['writes', () => checkWrites(client)],
    ['clock', () => checkClock(client)],
    ...(migrations === undefined
      ? []
      : [complaining('migrations', () => missingMigration(pool, schema, migrations), 'applied')]),
    complaining('data model', () => missingColumn(pool, dataModel, schema), 'every table and column exists'),
    ['schema hotpath', () => checkOwnSchema(client)],
    ['triggers', () => checkTriggers(client, watched)],
    ['privileges of the role', () => checkRights(client, needs)],
    ...(replicaUrls.length > 0 ? [['standbys', () => checkStandbys(client, replicaUrls)] as const] : []),
    ...(needs.hasQueue ? [['queue', () => checkQueue(client)] as const] : []),
  ];
}

const complaining = (name: string, complaint: () => Promise<string | undefined>, good: string): Check => [
  name,
  async () => ofComplaint(name, await complaint(), good),
];

async function checkQueue(client: Queryable): Promise<Finding> {
  const check = 'queue';
  if (await queueExists(client)) return ok(check, 'schema graphile_worker exists');
  return fault('missing', { check, detail: 'it does not exist', remedy: 'hotpath jobs install' });
}

async function attempted(check: string, run: Check[1]): Promise<readonly Finding[]> {
  try {
    return [await run()].flat();
  } catch (error) {
    return [fault('unknown', { check, detail: `check failed: ${(error as Error).message}`, remedy: '' })];
  }
}
