/**
 * The server process of a cluster: finds, starts and stops it.
 *
 * PostgreSQL keeps the state of the server in data/postmaster.pid, and allows one server on a data directory. So this code
 * does not guard against a second start: the second start fails, and the caller handles that. pg_ctl puts the server into a
 * session of its own: a Ctrl-C in the terminal does not reach it.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runProgram } from 'hotpath/cli';
import { type Cluster, lastPort, settingsFileName, writeOwned } from './cluster-files.ts';
import { EmbeddedPostgresError, hasCode } from './errors.ts';
import { runAs } from './server-user.ts';
import { asConfiguration, type PostgresSettings, postgresSettings } from './settings.ts';
import { isAlive } from './whole-folder.ts';

const PATIENCE_SECONDS = 60;
const POLL_MS = 20;
const LARGEST_LOG = 16 * 2 ** 20;

/** Failures of a start that are temporary. */
const PASSING = [
  /lock file "postmaster.pid" already exists/, // Another start was first, or the last server has not quite ended.
  /postmaster.pid" is empty/, // Another start has just made it.
  /is still in use/, // Sessions of a killed server have not quite ended.
  /could not bind/, // Another program took the port after the check.
  /ready to accept connections/, // Other users entered, left and stopped it before pg_ctl looked.
  /did not start in time/, // The server recovers.
];

export interface RunningServer {
  readonly pid: number;
  readonly port: number;
}

/** The server that runs on the cluster, starts or stops. */
export function runningServer(cluster: Cluster): RunningServer | undefined {
  const [pid, , , port] = postmasterFile(cluster);
  return pid && port && isAlive(Number(pid)) ? { pid: Number(pid), port: Number(port) } : undefined;
}

/** `recovered`: the last server was killed, and this one has recovered from its log. */
export interface StartResult {
  readonly outcome: 'started' | 'recovered' | 'try again';
  /** The output of pg_ctl and of the server. */
  readonly said: string;
}

/** Starts the server and waits until it accepts connections. */
export async function startServer(cluster: Cluster, settings: PostgresSettings): Promise<StartResult> {
  const from = await turnLog(cluster);
  await writeOwned(join(cluster.data, settingsFileName), asConfiguration(postgresSettings(settings)), cluster.user);
  const port = await freePort(lastPort(cluster) ?? likelyPort(cluster));
  const args = ['start', '-w', '-t', `${PATIENCE_SECONDS}`, '-D', cluster.data, '-l', cluster.serverLog];
  const { code, output } = await runProgram(cluster.binaries.pgCtl, [...args, '-o', `-p ${port}`], runAs(cluster.user));
  const said = `${output}\n${logFrom(cluster, from)}`.trim();
  if (code === 0) return { outcome: said.includes('automatic recovery in progress') ? 'recovered' : 'started', said };
  if (PASSING.some((pattern) => pattern.test(said))) return { outcome: 'try again', said };
  throw new EmbeddedPostgresError(whyNot(cluster, said));
}

/**
 * Stops this server in order: it ends the sessions and writes everything. Succeeds also if the server has already ended.
 * `pg_ctl stop` would wait for any server on the cluster, also for one that another process starts as soon as this one has
 * ended.
 */
export async function stopServer(cluster: Cluster, { pid }: RunningServer): Promise<void> {
  const { output } = await runProgram(cluster.binaries.pgCtl, ['kill', 'INT', String(pid)], runAs(cluster.user));
  for (
    const deadline = Date.now() + PATIENCE_SECONDS * 1000;
    runningServer(cluster)?.pid === pid;
    await pause(POLL_MS)
  ) {
    if (Date.now() > deadline) throw new EmbeddedPostgresError(`PostgreSQL, process ${pid}, does not stop. ${output}`);
  }
}

/** Adds the server's log if it says more, and the last resort. */
export function whyNot({ directory, serverLog }: Cluster, said: string): string {
  const remedy = `Its log is ${serverLog}. If you do not need its data, remove ${directory} and start again.`;
  return `The embedded PostgreSQL does not start. Its output:\n${said}\n${remedy}`;
}

/** Its lines: process id, data directory, start time, port, ... */
function postmasterFile({ data }: Cluster): string[] {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** Renames a large log; returns the position of the next line. */
async function turnLog({ serverLog }: Cluster): Promise<number> {
  if (!existsSync(serverLog)) return 0;
  const { size } = await stat(serverLog);
  if (size < LARGEST_LOG) return size;
  await rename(serverLog, `${serverLog}.1`);
  return 0;
}

function logFrom({ serverLog }: Cluster, offset: number): string {
  return existsSync(serverLog) ? readFileSync(serverLog).subarray(offset).toString() : '';
}

/** The first port to try: each checkout has its own, outside the range of outgoing connections. */
function likelyPort({ directory }: Cluster): number {
  return 15_432 + (createHash('sha256').update(directory).digest().readUInt16BE() % 10_000);
}

/** The wanted port if it is free; otherwise another free one. */
function freePort(wanted: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer();
  server.once('error', (error) => (hasCode(error, 'EADDRINUSE') ? resolve(freePort(0)) : reject(error)));
  server.listen({ host: '127.0.0.1', port: wanted, exclusive: true }, () => {
    const { port } = server.address() as AddressInfo;
    server.close(() => resolve(port));
  });
  return promise;
}
