/** Processes that use an embedded PostgreSQL, for tests that stop and kill them, and the queries of such tests. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { connectionUrl } from '../../src/dev/postgres/cluster-files.ts';
import { twinOf } from '../../src/dev/postgres/server-user.ts';
import type { Report } from './postgres-user.ts';

export interface PostgresUser {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Sends the signal as Ctrl-C in a terminal does: to the process and its whole group. */
  interrupt(): void;
}

const living = new Set<ChildProcess>();

export function startUser(directory: string, role: 'owner' | 'guest'): ChildProcess {
  const child = fork(join(import.meta.dirname, 'postgres-user.ts'), [directory, role], {
    execArgv: [],
    detached: true,
  });
  living.add(child);
  child.once('exit', () => living.delete(child));
  return child;
}

/** Resolves once the process has the server open. */
export async function openIn(directory: string, role: 'owner' | 'guest'): Promise<PostgresUser> {
  const child = startUser(directory, role);
  const [report] = (await once(child, 'message')) as [Report];
  if ('failed' in report) throw Object.assign(new Error(report.failed.message), { name: report.failed.name });
  return {
    ...report.opened,
    stop: () => ended(child, () => child.send('stop')),
    kill: () => ended(child, () => child.kill('SIGKILL')),
    interrupt: () => process.kill(-child.pid!, 'SIGINT'),
  };
}

export async function killAll(): Promise<void> {
  await Promise.all([...living].map((child) => ended(child, () => child.kill('SIGKILL'))));
}

async function ended(child: ChildProcess, end: () => void): Promise<void> {
  const exit = once(child, 'exit');
  end();
  await exit;
}

/** The first column of the first row. */
export async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}

/** The process id of the running server, or of the last one that was killed. */
export function postmaster(directory: string): number {
  return Number(readFileSync(join(directory, 'data/postmaster.pid'), 'utf8').split('\n')[0]);
}

/** The URL of a database by the files of its cluster; undefined while there is no cluster that has been started. */
export function embeddedUrl(directory: string, database: string): string | undefined {
  const at = [directory, join(twinOf(directory), 'cluster')].find((folder) => existsSync(join(folder, 'port')));
  if (!at) return undefined;
  const read = (name: string) => readFileSync(join(at, name), 'utf8').trim();
  return connectionUrl({ password: read('password'), port: Number(read('port')), database });
}
