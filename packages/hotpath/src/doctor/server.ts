/** The server of the database: poolers in front of it, whether it takes writes, and its clock. */
import type pg from 'pg';
import { processIdOf } from '../session/pg-internals.ts';
import type { Queryable } from './database.ts';
import { type Finding, fault, ok } from './finding.ts';

/** A pooler reports another process number than the server's. */
export async function checkPooler(client: pg.Client): Promise<Finding> {
  const check = 'pooler';
  const { rows } = await client.query<{ process: number }>('SELECT pg_backend_pid() AS "process"');
  if (rows[0]!.process === processIdOf(client)) return ok(check, 'none: the connection leads to PostgreSQL itself');
  return ok(check, 'in use: it does not keep the settings of its clients, so the role must have them');
}

export async function checkWrites(client: Queryable): Promise<Finding> {
  const check = 'writes';
  const { rows } = await client.query<{ standby: boolean; setting: string }>(
    `SELECT pg_is_in_recovery() AS "standby", current_setting('transaction_read_only') AS "setting"`,
  );
  const { standby, setting } = rows[0]!;
  if (setting === 'off') return ok(check, 'taken');
  const detail = standby ? 'The server is a standby, which takes no writes.' : 'The sessions are set to read only.';
  const remedy = standby ? 'Set DATABASE_URL to the primary.' : 'Set default_transaction_read_only to off.';
  return fault('wrong', { check, detail, remedy });
}

/** The service compares tokens, links and the times of rows by clocks. */
const LARGEST_SKEW_MS = 2000;

/** @param now the clock of this machine, in milliseconds since 1970. */
export async function checkClock(client: Queryable, now: () => number = Date.now): Promise<Finding> {
  const check = 'clock';
  const before = now();
  const { rows } = await client.query<{ at: string }>('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS "at"');
  const after = now();
  const skewMs = Math.round(Number(rows[0]!.at) - (before + after) / 2);
  const detail = `the database is ${Math.abs(skewMs)} ms ${skewMs < 0 ? 'behind' : 'ahead'}`;
  if (Math.abs(skewMs) <= LARGEST_SKEW_MS + (after - before) / 2) return ok(check, detail);
  return fault('wrong', { check, detail, remedy: 'Synchronise the clocks of both machines by NTP.' });
}
