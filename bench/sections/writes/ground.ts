/**
 * Two copies of the small bench database, for the small one is the worse case: one as it is, followed as by an instance
 * that serves, so that its log is read and cleared; and one whose triggers have been dropped.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFollower } from 'hotpath/freshness/log-follower';
import type { Bench } from '../../support/bench.ts';
import { withClient } from '../../support/client.ts';
import { copyDatabase } from '../../support/copy-database.ts';
import { type BenchDatabase, openBenchDatabase } from '../../support/database.ts';
import { runPgbench } from '../../support/pgbench.ts';
import type { Racer } from '../../support/race.ts';
import type { Workload } from './workloads.ts';

export const LOGGED = 'with triggers';
export const BARE = 'without';

export interface WriteGround extends Omit<BenchDatabase, 'url'> {
  readonly stack: Bench['stack'];
  readonly folder: string;
  readonly fsync: string;
  /** By contender. */
  readonly urls: Readonly<Record<string, string>>;
}

/** Of the follower, in milliseconds; a service's own window is so long that nothing would be cleared. */
export interface Trimming {
  readonly windowMs: number;
  readonly upkeepMs?: number;
}

export async function prepareWriteGround(bench: Bench, trimming: Trimming = { windowMs: 5000 }): Promise<WriteGround> {
  const { url, ...facts } = await openBenchDatabase(bench, bench.size);
  const urls = { [LOGGED]: await copyOf(bench, url, 'logged'), [BARE]: await copyOf(bench, url, 'bare') };
  await run(urls[BARE]!, STOP_LOGGING);
  const folder = mkdtempSync(join(tmpdir(), 'hotpath-bench-'));
  bench.stack.defer(() => rmSync(folder, { recursive: true }));
  follow(bench, urls[LOGGED]!, trimming);
  const fsync = await withClient(url, async (client) => (await client.query('show fsync')).rows[0].fsync as string);
  return { stack: bench.stack, folder, fsync, urls, ...facts };
}

const STOP_LOGGING = `
SELECT "hotpath"."stop_logging"(relation::text)
FROM (SELECT DISTINCT tgrelid::regclass AS relation FROM pg_trigger WHERE tgname LIKE 'invalidation\\_%') AS logging`;

/** A copy for this run alone. */
async function copyOf({ stack }: Bench, url: string, suffix: string): Promise<string> {
  const copy = new URL(url);
  const source = copy.pathname.slice(1);
  const name = `${source}_${process.pid}_${suffix}`;
  const admin = new URL('/postgres', url).href;
  await withClient(admin, (client) => copyDatabase(client, { from: source, to: name }));
  stack.defer(() => run(admin, `drop database if exists ${name} with (force)`));
  copy.pathname = name;
  return copy.href;
}

/** As a service does that answers all the time, except for its window. */
function follow({ stack }: Bench, url: string, trimming: Trimming): void {
  const follower = openFollower({ connection: { connectionString: url }, ...trimming });
  follower.touch();
  const touching = setInterval(() => follower.touch(), 1000);
  stack.defer(async () => {
    clearInterval(touching);
    await follower.close();
  });
}

/** Both contenders of a workload. */
export async function startPgbench(ground: WriteGround, workload: Workload): Promise<Racer[]> {
  const file = join(ground.folder, `${workload.name}.sql`);
  writeFileSync(file, `${workload.script}\n`);
  let turns = 0;
  return [LOGGED, BARE].map((name) => ({
    name,
    async run(seconds) {
      const url = ground.urls[name]!;
      // So that no turn pays for what another has written.
      await run(url, 'checkpoint');
      turns += 1;
      const start = Math.floor(Date.now() / 1000) + turns * SECONDS_OF_A_TURN;
      return runPgbench(ground.stack, {
        url,
        file,
        seconds,
        connections: workload.connections,
        variables: { start, n: 0 },
      });
    },
  }));
}

/** More than the readings of one turn can span. */
const SECONDS_OF_A_TURN = 100_000;

const run = (url: string, text: string): Promise<void> =>
  withClient(url, async (client) => void (await client.query(text)));
