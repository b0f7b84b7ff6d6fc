/** The standbys that answer reads of the instances, and the faults that a replica can have. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { withDatabase } from '../../support/template.ts';
import type { Ask } from './client.ts';
import { type CheckDatabase, openStandby, type Standby } from './database.ts';
import type { Instance } from './ground.ts';

export class Replica {
  readonly #standby: Standby;

  constructor(standby: Standby) {
    this.#standby = standby;
  }

  get url(): string {
    return this.#standby.url;
  }

  /** From now on it replays commits this much later. */
  async lag(ms: number): Promise<void> {
    await this.#run(`ALTER SYSTEM SET recovery_min_apply_delay = '${ms}ms'`);
  }

  /** Streams from another server from now on. */
  async follow(conninfo: string): Promise<void> {
    await this.#run(`ALTER SYSTEM SET primary_conninfo = ${pg.escapeLiteral(conninfo)}`);
  }

  freeze(): void {
    this.#signal('SIGSTOP');
  }

  thaw(): void {
    this.#signal('SIGCONT');
  }

  /** Its host and port, by which the metrics of the instances name it. */
  get name(): string {
    return new URL(this.url).host;
  }

  /** The name of the life that it has replayed. */
  life(): Promise<string> {
    return lifeOf(this.url);
  }

  stop(): Promise<void> {
    return this.#standby.stop();
  }

  start(): Promise<void> {
    return this.#standby.start();
  }

  /** Becomes a copy of the present primary, and follows it. */
  rebuild(): Promise<void> {
    return this.#standby.rebuild();
  }

  async #run(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: withDatabase(this.url, 'postgres') });
    await client.connect();
    try {
      await client.query(statement);
      await client.query('SELECT pg_reload_conf()');
    } finally {
      await client.end();
    }
  }

  /** The postmaster first: it starts no other process while it stands still. */
  #signal(signal: NodeJS.Signals): void {
    const [first = ''] = readFileSync(join(this.#standby.directory, 'data', 'postmaster.pid'), 'utf8').split('\n');
    const children = readFileSync(`/proc/${first}/task/${first}/children`, 'utf8');
    for (const pid of [first, ...children.split(' ')].filter(Boolean)) {
      try {
        process.kill(Number(pid), signal);
      } catch {
        // It has ended meanwhile.
      }
    }
  }
}

/** The name of the primary's life that a server has; empty without one. */
export async function lifeOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>('SELECT "name" FROM "hotpath"."life"');
    return rows[0]?.name ?? '';
  } finally {
    await client.end();
  }
}

export async function openReplicas(
  stack: AsyncDisposableStack,
  database: CheckDatabase,
  count: number,
): Promise<Replica[]> {
  const replicas: Replica[] = [];
  for (let each = 0; each < count; each += 1) {
    const replica = new Replica(await openStandby(stack, database));
    // A server that stands still cannot be stopped.
    stack.defer(() => replica.thaw());
    replicas.push(replica);
  }
  return replicas;
}

/** The token of the instances' metrics. */
export const METRICS_TOKEN = 'the token of the metrics of a check';

/** Fills of the cache, and reads of standbys by their outcomes, of instances that fail and begin again. */
export interface StandbyShare {
  readonly misses: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

export class StandbyReads {
  readonly #latest = new Map<string, number>();
  readonly #outcomes: Record<string, number> = {};
  #misses = 0;

  get share(): StandbyShare {
    return { misses: this.#misses, outcomes: this.#outcomes };
  }

  async note(instances: readonly Instance[], ask: Ask): Promise<void> {
    for (const { address, isDown } of instances) {
      const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
      const reply = isDown ? undefined : await ask({ address, path: '/metrics', headers }).catch(() => undefined);
      for (const line of reply?.body.split('\n') ?? []) this.#noteLine(address, line);
    }
  }

  #noteLine(address: string, line: string): void {
    const [, name, outcome, value] = COUNTED.exec(line) ?? [];
    if (!outcome) return;
    const series = `${address} ${line.slice(0, line.lastIndexOf(' '))}`;
    const [before, now] = [this.#latest.get(series) ?? 0, Number(value)];
    this.#latest.set(series, now);
    // A process that has begun again counts from 0.
    const gain = now < before ? now : now - before;
    if (name === 'standby_reads') this.#outcomes[outcome] = (this.#outcomes[outcome] ?? 0) + gain;
    else if (outcome === 'miss') this.#misses += gain;
  }
}

const COUNTED = /^hotpath_(standby_reads|cache_requests)_total\{.*outcome="(\w+)".*\} (\d+)/;
