/** A cluster that fails over by itself: three servers of PostgreSQL under Patroni, with etcd, and HAProxy before the leader. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { chmod, chown, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { runAs, type ServerUser, serverUser } from '../../src/dev/postgres/server-user.ts';
import { freePort } from './free-port.ts';
import { programOf } from './program.ts';

/** The folder of Debian's programs of PostgreSQL 15. */
const POSTGRES_15 = '/usr/lib/postgresql/15/bin';
const PATIENT = { timeout: 120_000, interval: 200 };

const debian = (name: string, debianPackage = name) =>
  programOf({
    names: [name],
    debianPackage,
    advice: `The test needs ${name}: install Debian's package ${debianPackage}.`,
  });

export class PatroniNode {
  readonly name: string;
  readonly port: number;
  readonly restPort: number;
  readonly data: string;
  readonly #configuration: string;
  #patroni: ChildProcess | undefined;

  constructor({ name, port, restPort, home }: { name: string; port: number; restPort: number; home: string }) {
    this.name = name;
    this.port = port;
    this.restPort = restPort;
    this.data = join(home, name);
    this.#configuration = `${this.data}.json`;
  }

  /** The superuser's URL of a database. */
  url(database = 'postgres'): string {
    return `postgresql://postgres:any@127.0.0.1:${this.port}/${database}`;
  }

  /** @param etcd the port of etcd. */
  async start(program: string, { etcd, user, home }: { etcd: number; user: ServerUser | undefined; home: string }) {
    await writeFile(this.#configuration, JSON.stringify(this.#settings(etcd, home)));
    this.#patroni = spawn(program, [this.#configuration], { ...runAs(user), stdio: 'ignore' });
  }

  /** Its role by its own account; undefined while it does not answer. */
  async role(): Promise<string | undefined> {
    const reply = await fetch(`http://127.0.0.1:${this.restPort}/patroni`).catch(() => undefined);
    const { role, state } = ((await reply?.json()) ?? {}) as { role?: string; state?: string };
    // Before version 4 a leader was called a master.
    return state === 'running' || state === 'streaming' ? role?.replace('master', 'primary') : undefined;
  }

  /** Ends Patroni and the server at once, as a machine does that loses its power. */
  async kill(): Promise<void> {
    if (this.#patroni?.exitCode !== null || this.#patroni.signalCode !== null) return;
    const end = once(this.#patroni, 'exit');
    this.#patroni.kill('SIGKILL');
    await end;
    const file = await readFile(join(this.data, 'postmaster.pid'), 'utf8').catch(() => '');
    const pid = Number(file.split('\n')[0]);
    if (pid > 0) process.kill(pid, 'SIGQUIT');
  }

  #settings(etcd: number, home: string): object {
    const user = (username: string) => ({ username, password: 'any' });
    const limits = { ttl: 20, loop_wait: 1, retry_timeout: 3, maximum_lag_on_failover: 1_048_576 };
    const parameters = { unix_socket_directories: home, fsync: 'off', shared_buffers: '16MB', wal_keep_size: '256MB' };
    return {
      scope: 'hotpath',
      name: this.name,
      restapi: { listen: `127.0.0.1:${this.restPort}`, connect_address: `127.0.0.1:${this.restPort}` },
      etcd3: { host: `127.0.0.1:${etcd}` },
      bootstrap: {
        dcs: { ...limits, postgresql: { use_pg_rewind: false } },
        initdb: [{ encoding: 'UTF8' }, { locale: 'C' }, 'no-sync'],
      },
      postgresql: {
        listen: `127.0.0.1:${this.port}`,
        connect_address: `127.0.0.1:${this.port}`,
        data_dir: this.data,
        bin_dir: POSTGRES_15,
        pgpass: join(home, `${this.name}.pgpass`),
        pg_hba: ['host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust', 'local all all trust'],
        authentication: { superuser: user('postgres'), replication: user('replicator') },
        parameters,
      },
    };
  }
}

export interface PatroniCluster {
  readonly nodes: readonly PatroniNode[];
  /** The leader's database, by way of HAProxy. */
  url(database: string): string;
  /** Waits for a leader, another one than `but`. */
  leader(but?: PatroniNode): Promise<PatroniNode>;
}

/** Three nodes that have elected a leader. */
export async function openPatroniCluster(stack: AsyncDisposableStack): Promise<PatroniCluster> {
  const [patroni, etcdProgram, haproxy] = await Promise.all([
    debian('patroni'),
    debian('etcd', 'etcd-server'),
    debian('haproxy'),
  ]);
  const user = await serverUser(undefined);
  const home = mkdtempSync(join(tmpdir(), 'hotpath-patroni-'));
  stack.defer(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  await chmod(home, 0o755);
  if (user) await chown(home, user.uid, user.gid);
  const etcd = await startEtcd(stack, { program: etcdProgram, home, user });
  const nodes: PatroniNode[] = [];
  for (const name of ['first', 'second', 'third']) {
    const node = new PatroniNode({ name, home, port: await freePort(), restPort: await freePort() });
    nodes.push(node);
    stack.defer(() => node.kill());
    await node.start(patroni, { etcd, user, home });
  }
  const proxy = await startHaproxy(stack, { program: haproxy, home, nodes });
  const cluster = new Cluster(nodes, proxy);
  await cluster.leader();
  await vi.waitFor(async () => {
    const roles = await cluster.roles();
    if (roles.join() !== 'primary,replica,replica') throw new Error(`The nodes are ${roles.join()}.`);
  }, PATIENT);
  return cluster;
}

class Cluster implements PatroniCluster {
  readonly nodes: readonly PatroniNode[];
  readonly #port: number;

  constructor(nodes: readonly PatroniNode[], port: number) {
    this.nodes = nodes;
    this.#port = port;
  }

  url(database: string): string {
    return `postgresql://postgres:any@127.0.0.1:${this.#port}/${database}`;
  }

  async roles(): Promise<(string | undefined)[]> {
    return (await Promise.all(this.nodes.map((node) => node.role()))).toSorted();
  }

  async leader(but?: PatroniNode): Promise<PatroniNode> {
    const others = this.nodes.filter((node) => node !== but);
    return vi.waitFor(async () => {
      for (const node of others) if ((await node.role()) === 'primary') return node;
      throw new Error('No node leads.');
    }, PATIENT);
  }
}

interface StartedProgram {
  readonly program: string;
  readonly home: string;
}

/** @returns the port for clients. */
async function startEtcd(
  stack: AsyncDisposableStack,
  { program, home, user }: StartedProgram & { readonly user: ServerUser | undefined },
): Promise<number> {
  const [client, peer] = [await freePort(), await freePort()];
  const [clientUrl, peerUrl] = [`http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`];
  const addresses = {
    'data-dir': join(home, 'etcd'),
    'listen-client-urls': clientUrl,
    'advertise-client-urls': clientUrl,
    'listen-peer-urls': peerUrl,
    'initial-advertise-peer-urls': peerUrl,
    'initial-cluster': `default=${peerUrl}`,
  };
  const args = Object.entries(addresses).flatMap(([name, value]) => [`--${name}`, value]);
  stack.defer(ending(spawn(program, [...args, '--unsafe-no-fsync'], { ...runAs(user), stdio: 'ignore' })));
  return client;
}

/** @returns the port that leads to the leader. */
async function startHaproxy(
  stack: AsyncDisposableStack,
  { program, home, nodes }: StartedProgram & { readonly nodes: readonly PatroniNode[] },
): Promise<number> {
  const port = await freePort();
  const servers = nodes.map(
    ({ name, port: at, restPort }) => `  server ${name} 127.0.0.1:${at} check port ${restPort}`,
  );
  const file = join(home, 'haproxy.cfg');
  await writeFile(
    file,
    `defaults
  mode tcp
  timeout connect 2s
  timeout client 1h
  timeout server 1h
listen leader
  bind 127.0.0.1:${port}
  option httpchk OPTIONS /primary
  http-check expect status 200
  default-server inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
${servers.join('\n')}
`,
  );
  stack.defer(ending(spawn(program, ['-f', file, '-db'], { stdio: 'ignore' })));
  return port;
}

const ending = (child: ChildProcess) => async (): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = once(child, 'exit');
  child.kill('SIGKILL');
  await end;
};
