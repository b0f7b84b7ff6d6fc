/** The standbys that answer reads: each must be reached, be in recovery, and replay the life of the primary. */
import { LIFE_OF_TIMELINE, lifeOn } from '../compile/sql/read-at.ts';
import type { Queryable } from './database.ts';
import { openExamined } from './database.ts';
import { type Finding, fault, ok } from './finding.ts';

const LIFE = `SELECT "name" FROM "hotpath"."life"`;

const STANDBY = `
SELECT pg_is_in_recovery() AS "isStandby",
  CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
    ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000 END AS "lagMs",
  ${LIFE_OF_TIMELINE} AS "life"`;

interface Found {
  readonly isStandby: boolean;
  readonly lagMs: string | null;
  readonly life: string;
}

/** @param primary a connection to the primary. One finding for each URL. */
export async function checkStandbys(primary: Queryable, urls: readonly string[]): Promise<Finding[]> {
  const { rows } = await primary.query<{ name: string }>(LIFE);
  const life = rows[0]?.name;
  const findings: Finding[] = [];
  for (const url of urls) findings.push(await checkStandby(url, life));
  return findings;
}

async function checkStandby(url: string, life: string | undefined): Promise<Finding> {
  const { hostname, port } = new URL(url);
  const check = `standby ${hostname}:${port || 5432}`;
  const wrong = (detail: string, remedy: string) => fault('wrong', { check, detail, remedy });
  try {
    const { isStandby, lagMs, life: replayed } = await findStandby(url);
    if (!isStandby)
      return wrong('it is no standby', 'Take it out of DATABASE_REPLICA_URLS, or make it a standby again.');
    if (life === undefined) return ok(check, 'a standby; no service with standbys has run on the primary yet');
    if (lifeOn(replayed) !== life) {
      const remedy =
        'Wait until it has caught up; if it stays so, it follows another server, or was promoted: make it anew.';
      return wrong('it has not replayed the present life of the primary', remedy);
    }
    return ok(check, `a standby of this primary, ${Math.round(Number(lagMs))} ms behind`);
  } catch (error) {
    return wrong(`not read: ${(error as Error).message}`, 'Start it, migrate the primary, or correct its URL.');
  }
}

async function findStandby(url: string): Promise<Found> {
  const { client } = await openExamined(url);
  try {
    const { rows } = await client.query<Found>(STANDBY);
    return rows[0]!;
  } finally {
    await client.end();
  }
}
