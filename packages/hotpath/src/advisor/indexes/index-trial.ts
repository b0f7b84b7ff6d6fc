/** Tries indexes: as hypothetical ones of the extension HypoPG, or as real ones on a clone of the database. */
import type pg from 'pg';
import { definitionOf, type IndexCandidate } from './index-candidate.ts';
import { type MeasuredWrites, measureWrites } from './measured-writes.ts';

/** A place in which the planner sees candidates. */
export interface IndexTrial {
  /** @returns the name that plans show, or undefined if the place cannot have such an index. */
  create(candidate: IndexCandidate): Promise<string | undefined>;
  drop(name: string): Promise<void>;
  /** Runs the work while the planner does not see the index. */
  without<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** The name of an index at its creation, from its name in a plan. */
  nameInPlan(name: string): string;
  /** In bytes. */
  sizeOf(name: string): Promise<number>;
  /** Undefined where the place cannot write. @param column one that no other index has. */
  writesOf(name: string, column: string | undefined): Promise<MeasuredWrites | undefined>;
}

interface Hypothetical {
  readonly candidate: IndexCandidate;
  oid: string;
}

/** Hypothetical indexes: they exist for this connection alone, and nothing is written. */
export class HypotheticalIndexes implements IndexTrial {
  readonly #client: pg.ClientBase;
  readonly #schema: string;
  readonly #indexes = new Map<string, Hypothetical>();
  /** Names at the creation, by those of today: an index that was away has another name. */
  readonly #names = new Map<string, string>();

  private constructor(client: pg.ClientBase, schema: string) {
    this.#client = client;
    this.#schema = schema;
  }

  /** Undefined if the database does not have the extension. */
  static async of(client: pg.ClientBase): Promise<HypotheticalIndexes | undefined> {
    const { rows } = await client.query(
      "SELECT extnamespace::regnamespace::text AS schema FROM pg_extension WHERE extname = 'hypopg'",
    );
    return rows[0] && new HypotheticalIndexes(client, rows[0].schema);
  }

  async create(candidate: IndexCandidate): Promise<string | undefined> {
    if (candidate.method !== 'btree') return undefined;
    const { oid, name } = await this.#make(candidate);
    this.#indexes.set(name, { candidate, oid });
    this.#names.set(name, name);
    return name;
  }

  async drop(name: string): Promise<void> {
    await this.#call('hypopg_drop_index', this.#indexes.get(name)!.oid);
  }

  async without<T>(name: string, work: () => Promise<T>): Promise<T> {
    const index = this.#indexes.get(name)!;
    await this.drop(name);
    try {
      return await work();
    } finally {
      const again = await this.#make(index.candidate);
      index.oid = again.oid;
      this.#names.set(again.name, name);
    }
  }

  nameInPlan(name: string): string {
    return this.#names.get(name) ?? name;
  }

  async sizeOf(name: string): Promise<number> {
    return Number(await this.#call('hypopg_relation_size', this.#indexes.get(name)!.oid));
  }

  async writesOf(): Promise<undefined> {
    return undefined;
  }

  async #make(candidate: IndexCandidate): Promise<{ oid: string; name: string }> {
    const call = `${this.#schema}.hypopg_create_index($1)`;
    const { rows } = await this.#client.query(`SELECT indexrelid::text AS oid, indexname AS name FROM ${call}`, [
      `CREATE INDEX ${definitionOf(candidate)}`,
    ]);
    return rows[0];
  }

  async #call(name: string, oid: string): Promise<unknown> {
    return (await this.#client.query(`SELECT ${this.#schema}.${name}($1::oid) AS value`, [oid])).rows[0].value;
  }
}

/** Real indexes on a clone, which is thrown away. */
export class ClonedIndexes implements IndexTrial {
  readonly #client: pg.ClientBase;
  /** By the name that plans show. */
  readonly #candidates = new Map<string, IndexCandidate>();

  constructor(client: pg.ClientBase) {
    this.#client = client;
  }

  async create(candidate: IndexCandidate): Promise<string> {
    const name = `hotpath_trial_${this.#candidates.size + 1}`;
    await this.#client.query(`CREATE INDEX ${name} ${definitionOf(candidate)}`);
    this.#candidates.set(name, candidate);
    return name;
  }

  async drop(name: string): Promise<void> {
    await this.#client.query(`DROP INDEX ${this.#nameInSql(name)}`);
  }

  async without<T>(name: string, work: () => Promise<T>): Promise<T> {
    await this.#client.query('BEGIN');
    try {
      await this.drop(name);
      return await work();
    } finally {
      await this.#client.query('ROLLBACK');
    }
  }

  nameInPlan(name: string): string {
    return name;
  }

  async sizeOf(name: string): Promise<number> {
    const { rows } = await this.#client.query('SELECT pg_relation_size($1::regclass) AS size', [this.#nameInSql(name)]);
    return Number(rows[0].size);
  }

  async writesOf(name: string, column: string | undefined): Promise<MeasuredWrites | undefined> {
    const { schema, table } = this.#candidates.get(name)!;
    return measureWrites(this.#client, { schema, table, index: this.#nameInSql(name), column });
  }

  #nameInSql(name: string): string {
    return `"${this.#candidates.get(name)!.schema.replaceAll('"', '""')}".${name}`;
  }
}
