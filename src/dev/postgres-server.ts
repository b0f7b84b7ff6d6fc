/**
 * The server process of a cluster: found, started, stopped.
 *
 * PostgreSQL keeps the truth about itself in data/postmaster.pid, and lets one server run on a data directory, so
 * nothing here guards against a second start: it fails, and that is an answer like another. pg_ctl puts the server
 * into a session of its own: a Ctrl-C in the terminal does not reach it.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { type Cluster, lastPort, settingsFileName, writeOwned } from './cluster-files.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { asConfiguration, type PostgresSettings, postgresSettings } from './postgres-settings.ts';
import { runProcess } from './run-process.ts';
import { isAlive } from './whole-folder.ts';

const PATIENCE_SECONDS = '60';
const LARGEST_LOG = 16 * 2 ** 20;

/** What a start can meet that passes by itself. */
const PASSING = [
  /lock file "postmaster.pid" already exists/, // Another start was first, or the last server is not quite gone.
  /is still in use/, // Sessions of a killed server are not quite gone.
  /could not bind/, // The port was taken since we looked.
  /ready to accept connections/, // Others entered, left and stopped it before pg_ctl looked.
  /did not start in time/, // It recovers.
];

/** The port of the running server; undefined if none runs. */
export function runningPort(cluster: Cluster): number | undefined {
  const [pid, , , port] = postmasterFile(cluster);
  return pid && port && isAlive(Number(pid)) ? Number(port) : undefined;
}

/** `recovered`: the last server was killed, and this one has made good what that one left. */
export type StartResult = 'started' | 'recovered' | 'try again';

/** Starts the server and waits until it accepts connections. */
export async function startServer(cluster: Cluster, settings: PostgresSettings): Promise<StartResult> {
  const from = await turnLog(cluster);
  await writeOwned(join(cluster.data, settingsFileName), asConfiguration(postgresSettings(settings)), cluster.user);
  const port = await freePort(lastPort(cluster) ?? likelyPort(cluster));
  const args = ['start', '-w', '-t', PATIENCE_SECONDS, '-D', cluster.data, '-l', cluster.serverLog, '-o', `-p ${port}`];
  const { code, output } = await runProcess(cluster.binaries.pgCtl, args, cluster.user);
  const said = `${output}\n${logFrom(cluster, from)}`;
  if (code === 0) return said.includes('automatic recovery in progress') ? 'recovered' : 'started';
  if (PASSING.some((pattern) => pattern.test(said))) return 'try again';
  throw new EmbeddedPostgresError(
    `The embedded PostgreSQL does not start. It says:\n${said.trim()}\n${remedy(cluster)}`,
  );
}

/** Stops the server in order: sessions are ended, everything is written. Fine if it is gone already. */
export async function stopServer(cluster: Cluster): Promise<void> {
  const args = ['stop', '-w', '-t', PATIENCE_SECONDS, '-m', 'fast', '-D', cluster.data];
  const { code, output } = await runProcess(cluster.binaries.pgCtl, args, cluster.user);
  if (code === 0 || runningPort(cluster) === undefined) return;
  throw new EmbeddedPostgresError(`The embedded PostgreSQL does not stop: ${output.trim()}`);
}

export const remedy = ({ directory, serverLog }: Cluster): string =>
  `Its log is ${serverLog}. If what it holds may go, remove ${directory} and start again.`;

/** Its lines: process id, data directory, start time, port, ... */
function postmasterFile({ data }: Cluster): string[] {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** Puts a log away that has grown large; returns where the next line will stand. */
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

/** The port to begin with: each checkout has its own, and none that the system gives to outgoing connections. */
function likelyPort({ directory }: Cluster): number {
  return 15_432 + (createHash('sha256').update(directory).digest().readUInt16BE() % 10_000);
}

/** The wanted port if it is free, or else one that is. */
function freePort(wanted: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer();
  server.once('error', (error: NodeJS.ErrnoException) =>
    error.code === 'EADDRINUSE' ? resolve(freePort(0)) : reject(error),
  );
  server.listen({ host: '127.0.0.1', port: wanted, exclusive: true }, () => {
    const { port } = server.address() as AddressInfo;
    server.close(() => resolve(port));
  });
  return promise;
}
