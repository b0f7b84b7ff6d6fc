/**
 * The cost of an index to writes, measured on a clone: the same rows are inserted, and updated, with the index and without it,
 * in transactions that are rolled back. Triggers and foreign keys are away meanwhile: they cost the same with the index.
 */
import type pg from 'pg';
import { tableIn } from './index-candidate.ts';

/** A figure without the index, and with it. */
export interface WithoutAndWith {
  readonly without: number;
  readonly with: number;
}

export interface MeasuredWrites {
  /** The number of rows of the sample. */
  readonly rows: number;
  /** Microseconds for each inserted row. */
  readonly insertMicros: WithoutAndWith;
  /** Of a column that no index has today; missing where each column of the index has one, or where its values are all alike. */
  readonly update?: {
    readonly column: string;
    /** Microseconds for each updated row. */
    readonly micros: WithoutAndWith;
    /** The part of the updates that wrote no index, from 0 to 1. */
    readonly hot: WithoutAndWith;
  };
}

export interface WrittenIndex {
  readonly schema: string;
  readonly table: string;
  /** The name of the index, in SQL. */
  readonly index: string;
  /** A column that only this index has. */
  readonly column?: string | undefined;
}

const SAMPLED = 4000;
/** Each measurement writes rows in other pages: a row that was rolled back still takes the place of a HOT update. */
const BATCHES = 20;
/** Fewer rows in a batch show nothing. */
const FEWEST = 10;
const LONGEST = '20s';

/** Undefined where the table has too few rows, or does not accept its own rows again. */
export async function measureWrites(client: pg.ClientBase, written: WrittenIndex): Promise<MeasuredWrites | undefined> {
  await client.query(`BEGIN; SET LOCAL statement_timeout = '${LONGEST}'`);
  try {
    return await new WriteMeasurement(client, written).run();
  } catch {
    // A check or an exclusion constraint, a privilege, or time: the advice then names an estimate.
    return undefined;
  } finally {
    await client.query('ROLLBACK');
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

class WriteMeasurement {
  readonly #client: pg.ClientBase;
  readonly #written: WrittenIndex;
  readonly #table: string;

  constructor(client: pg.ClientBase, written: WrittenIndex) {
    this.#client = client;
    this.#written = written;
    this.#table = tableIn(written);
  }

  async run(): Promise<MeasuredWrites | undefined> {
    await this.#withoutChecks();
    const columns = await this.#writable();
    await this.#sample(columns);
    const rows = await this.#batches('hotpath_sample');
    if (rows.some((count) => count < FEWEST)) return undefined;
    // Before the inserts, which would take the free places of the pages.
    const update = await this.#update();
    const insertMicros = await this.#compare(async (batch) => {
      const sampled = `FROM hotpath_sample WHERE batch = ${batch}`;
      await this.#client.query(`DELETE FROM ${this.#table} WHERE ctid = ANY (ARRAY(SELECT hotpath_row ${sampled}))`);
      const ms = await this.#time(
        `INSERT INTO ${this.#table} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} ${sampled}`,
      );
      return (1000 * ms) / rows[batch]!;
    });
    return { rows: rows.reduce((sum, count) => sum + count, 0), insertMicros, ...(update && { update }) };
  }

  async #update(): Promise<MeasuredWrites['update']> {
    if (this.#written.column === undefined) return undefined;
    const column = quoted(this.#written.column);
    // Half the values of the sample away, so that a value is another one unless it is frequent.
    await this.#client.query(`
      CREATE TEMP TABLE hotpath_changes ON COMMIT DROP AS
      WITH placed AS (
        SELECT batch, hotpath_row, ${column} AS old, row_number() OVER (ORDER BY ${column}) AS place, count(*) OVER () AS rows
          FROM hotpath_sample)
      SELECT one.batch, one.hotpath_row, other.old AS new
        FROM placed one JOIN placed other ON other.place = 1 + (one.place + one.rows / 2) % one.rows
       WHERE other.old IS DISTINCT FROM one.old`);
    const changed = await this.#batches('hotpath_changes');
    if (changed.some((count) => count < FEWEST)) return undefined;
    // An update finds its rows by their places, and does not read the table.
    for (const method of ['hashjoin', 'mergejoin', 'seqscan', 'material'])
      await this.#client.query(`SET LOCAL enable_${method} = off`);
    const hot = { without: 0, with: 0 };
    const micros = await this.#compare(async (batch, variant) => {
      const before = await this.#hotUpdates();
      const ms = await this.#time(
        `UPDATE ${this.#table} AS t SET ${column} = c.new FROM hotpath_changes c WHERE c.batch = ${batch} AND t.ctid = c.hotpath_row`,
      );
      hot[variant] += ((await this.#hotUpdates()) - before) / changed[batch]! / (BATCHES / 2);
      return (1000 * ms) / changed[batch]!;
    });
    return { column: this.#written.column, micros, hot };
  }

  /** The shortest of several batches, in turns: other work of the machine makes a batch longer, and none shorter. */
  async #compare(measure: (batch: number, variant: keyof WithoutAndWith) => Promise<number>): Promise<WithoutAndWith> {
    const measured = { without: [] as number[], with: [] as number[] };
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const variant = batch % 2 === 0 ? 'without' : 'with';
      await this.#client.query('SAVEPOINT hotpath_batch');
      if (variant === 'without') await this.#client.query(`DROP INDEX ${this.#written.index}`);
      measured[variant].push(await measure(batch, variant));
      await this.#client.query('ROLLBACK TO hotpath_batch');
    }
    return { without: Math.min(...measured.without), with: Math.min(...measured.with) };
  }

  /** The time of a statement on the server, in milliseconds. */
  async #time(text: string): Promise<number> {
    const { rows } = await this.#client.query(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`);
    return rows[0]['QUERY PLAN'][0]['Execution Time'];
  }

  async #hotUpdates(): Promise<number> {
    const { rows } = await this.#client.query('SELECT pg_stat_get_xact_tuples_hot_updated($1::regclass)::int AS hot', [
      this.#table,
    ]);
    return rows[0].hot;
  }

  async #withoutChecks(): Promise<void> {
    const { rows } = await this.#client.query(
      `SELECT conrelid::regclass::text AS "from", quote_ident(conname) AS name
         FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 AND $1::regclass IN (conrelid, confrelid)`,
      [this.#table],
    );
    for (const { from, name } of rows) await this.#client.query(`ALTER TABLE ${from} DROP CONSTRAINT ${name}`);
    await this.#client.query(`ALTER TABLE ${this.#table} DISABLE TRIGGER USER`);
  }

  /** The columns that are not generated, in SQL. */
  async #writable(): Promise<string> {
    const { rows } = await this.#client.query(
      `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS columns FROM pg_attribute
        WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
      [this.#table],
    );
    return rows[0].columns;
  }

  async #sample(columns: string): Promise<void> {
    const { rows } = await this.#client.query(
      'SELECT greatest(reltuples, 1)::float AS rows FROM pg_class WHERE oid = $1::regclass',
      [this.#table],
    );
    const part = Math.min(100, (100 * SAMPLED) / rows[0].rows);
    await this.#client.query(`
      CREATE TEMP TABLE hotpath_sample ON COMMIT DROP AS
      SELECT (dense_rank() OVER (ORDER BY (ctid::text::point)[0]) % ${BATCHES})::int AS batch, ctid AS hotpath_row, ${columns}
        FROM ${this.#table} TABLESAMPLE BERNOULLI (${part}) REPEATABLE (1)`);
  }

  /** The number of rows of each batch. */
  async #batches(table: string): Promise<number[]> {
    const { rows } = await this.#client.query(
      `SELECT (SELECT count(*)::int FROM ${table} WHERE batch = number) AS rows FROM generate_series(0, ${BATCHES - 1}) AS number`,
    );
    return rows.map(({ rows: count }) => count);
  }
}
