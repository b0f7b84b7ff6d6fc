/**
 * The writers: each has cells that no other writes, and goes on until the check is over. Some write SQL: statements,
 * transactions that stay open while others commit, roll back, or roll back to a savepoint; COPY, TRUNCATE, cascades,
 * rows that move. Others write over HTTP, and read what they wrote from both instances as soon as it is answered.
 */
import type pg from 'pg';
import { copy, type Instance, noteEpoch } from './ground.ts';
import { type Cell, type Change, textOf, type Write } from './journal.ts';
import { PARTITIONS, partitionOf } from './partitioned.ts';
import type { Random } from './random.ts';
import { lookFor, readPage } from './readers.ts';
import type { CheckStage } from './stage.ts';
import { cellsOf, copyInto, copyOf, type Kind, type Page, placesOf, updateOf } from './world.ts';

/** A writer does one thing after another, with a pause of so many milliseconds at most. */
export interface Writer {
  readonly pauseMs: number;
  write(): Promise<void>;
}

const HELD_MS = 300;

export function writersOf(stage: CheckStage): Writer[] {
  const sql = (kind: Kind, from: number, to: number, pauseMs: number): Writer => {
    return new SqlWriter(stage, cellsOf(kind).slice(from, to), pauseMs);
  };
  return [
    new HttpWriter(stage, cellsOf('user'), 100),
    new HttpWriter(stage, cellsOf('product').slice(12, 18), 100),
    sql('product', 18, 21, 150),
    sql('product', 21, 24, 150),
    sql('category', 0, 4, 2000),
    sql('transaction', 0, 20, 150),
    new ReviewWriter(stage, cellsOf('review'), 150),
    new NotificationWriter(stage, cellsOf('notification'), 150),
  ];
}

type Statements = (client: pg.ClientBase) => Promise<unknown>;
type Style = 'alone' | 'held' | 'rolled back' | 'savepoint';

class SqlWriter implements Writer {
  readonly pauseMs: number;
  protected readonly stage: CheckStage;
  protected readonly cells: readonly Cell[];
  protected readonly random: Random;

  constructor(stage: CheckStage, cells: readonly Cell[], pauseMs: number) {
    this.stage = stage;
    this.cells = cells;
    this.pauseMs = pauseMs;
    this.random = stage.ground.random.fork();
  }

  async write(): Promise<void> {
    const several = this.random.next() < 0.1 ? this.cells : [this.random.pick(this.cells)];
    const changes = several.map((cell) => ({ cell, where: this.random.pick(placesOf(cell)) }));
    await this.change(
      changes,
      this.updates(changes),
      this.random.pick(['alone', 'alone', 'held', 'rolled back', 'savepoint']),
    );
  }

  /** Statements that write the next number of each. To be asked for before they are begun. */
  protected updates(changes: readonly Change[]): Statements {
    const texts = changes.map((change) => updateOf(change, this.stage.ground.journal.next(change.cell)));
    return (client) => client.query(texts.join('; '));
  }

  protected async change(changes: readonly Change[], statements: Statements, style: Style): Promise<void> {
    const { journal, database } = this.stage.ground;
    const write = journal.begin(changes);
    const client = await database.pool.connect();
    try {
      await client.query('BEGIN');
      await statements(client);
      if (style === 'savepoint') await this.#undone(client, changes);
      if (style !== 'alone') await this.random.pause(HELD_MS);
      await client.query(style === 'rolled back' ? 'ROLLBACK' : 'COMMIT');
    } finally {
      client.release();
    }
    if (style === 'rolled back') return journal.rollBack(write);
    journal.commit(write);
    await this.#look(write, changes);
  }

  /** Writes that a transaction makes and undoes before it commits. */
  async #undone(client: pg.ClientBase, changes: readonly Change[]): Promise<void> {
    const there = changes.filter(({ where }) => where !== undefined);
    const statements = this.updates(there);
    const write = this.stage.ground.journal.begin(there);
    await client.query('SAVEPOINT undone');
    await statements(client);
    await client.query('ROLLBACK TO undone');
    this.stage.ground.journal.rollBack(write);
  }

  /** Reads what was written until it is seen. */
  async #look(write: Write, changes: readonly Change[]): Promise<void> {
    const page = pageOf(this.stage, changes[0]!);
    const instance = this.random.pick(this.stage.ground.instances);
    if (page) await lookFor(this.stage, { page, instance, write });
  }
}

/** A page on which a cell is for certain. */
const pageOf = ({ pages }: Pick<CheckStage, 'pages'>, { cell, where }: Change): Page | undefined =>
  pages.findLast((page) => page.shows(cell, where));

/** Reviews, and the products that they are of: these go, and take their reviews with them, and come back by COPY. */
class ReviewWriter extends SqlWriter {
  override async write(): Promise<void> {
    if (this.random.next() > 0.2) return super.write();
    const { journal } = this.stage.ground;
    const product: Cell = { kind: 'product', id: 1 + Math.floor((this.random.next() * cellsOf('product').length) / 2) };
    const reviews = this.cells.filter((cell) => journal.where(cell) === product.id);
    const gone = [product, ...reviews].map((cell) => ({ cell, where: undefined }));
    await this.change(gone, (client) => client.query(`DELETE FROM products WHERE id = ${product.id}`), 'alone');
    const back = [
      { cell: product, where: this.random.pick(placesOf(product)) },
      ...reviews.map((cell) => ({ cell, where: product.id })),
    ];
    const rows = back.map((change) => copyOf(change, journal.next(change.cell)));
    const restore = async (client: pg.ClientBase) => {
      await copy(client, copyInto('product'), rows[0]!);
      await copy(client, copyInto('review'), rows.slice(1).join(''));
    };
    await this.change(back, restore, 'held');
  }
}

/**
 * Notifications, which are thrown away all at once now and then, and come back by COPY. A statement names their table, or
 * the partition.
 */
class NotificationWriter extends SqlWriter {
  protected override updates(changes: readonly Change[]): Statements {
    const texts = changes.map((change) => {
      const text = updateOf(change, this.stage.ground.journal.next(change.cell));
      return this.#namesPartitions() ? text.replace('notifications', partitionOf(change.cell)) : text;
    });
    return (client) => client.query(texts.join('; '));
  }

  #namesPartitions(): boolean {
    return this.random.next() < 0.5;
  }

  override async write(): Promise<void> {
    const { journal, isCopied } = this.stage.ground;
    // TRUNCATE writes the catalog, by which a copy would differ from its original.
    if (isCopied || this.random.next() > 0.2) return super.write();
    const gone = this.cells.map((cell) => ({ cell, where: undefined }));
    // The fault has a partition of its own, whose row it expects to stay.
    const isPartial = this.stage.ground.fault() === 'partitions' || this.#namesPartitions();
    const truncate = `TRUNCATE ${isPartial ? PARTITIONS.join() : 'notifications'}`;
    await this.change(gone, (client) => client.query(truncate), 'alone');
    const back = this.cells.map((cell) => ({ cell, where: this.random.pick(placesOf(cell)) }));
    const rows = back.map((change) => copyOf(change, journal.next(change.cell))).join('');
    await this.change(back, (client) => copy(client, copyInto('notification'), rows), 'alone');
  }
}

/** Names, changed over HTTP. */
class HttpWriter implements Writer {
  readonly pauseMs: number;
  readonly #stage: CheckStage;
  readonly #cells: readonly Cell[];
  readonly #random: Random;

  constructor(stage: CheckStage, cells: readonly Cell[], pauseMs: number) {
    this.#stage = stage;
    this.#cells = cells;
    this.pauseMs = pauseMs;
    this.#random = stage.ground.random.fork();
  }

  async write(): Promise<void> {
    const { journal, instances, isMoving } = this.#stage.ground;
    // An instance may still write to the server where the database was.
    if (isMoving) return;
    const cell = this.#random.pick(this.#cells);
    const instance = this.#random.pick(instances);
    if (instance.isDown) return;
    const change = { cell, where: journal.where(cell) };
    const [number, { place }] = [journal.next(cell), journal];
    const write = journal.begin([change]);
    const reply = await this.#patch(cell, instance, number);
    if (!reply) return this.#reconcile(write, { change, number });
    journal.commit(write, instance.index);
    noteEpoch(this.#stage.ground, reply.token);
    const page = pageOf(this.#stage, change)!;
    await readPage(this.#stage, { page, instance });
    const other = instances[1 - instance.index]!;
    if (reply.token) await readPage(this.#stage, { page, instance: other, knows: { text: reply.token, place, write } });
  }

  /** @returns nothing if the instance was killed before it answered. */
  async #patch({ kind, id }: Cell, instance: Instance, number: number) {
    const { ground, tally } = this.#stage;
    const path = kind === 'user' ? `/v1/users/${id}` : `/v1/products/${id}`;
    const headers = ground.headersFor({ user: id }, kind === 'user' ? 'user' : 'admin');
    const payload = { name: textOf({ kind, id }, number) };
    const asked = { address: instance.address, path, method: 'PATCH', headers, payload };
    const reply = await ground.ask(asked).catch(() => undefined);
    if (reply && reply.status !== 200) tally.failures.push(`PATCH ${path}: ${reply.status} ${reply.body}`);
    return reply?.status === 200 ? reply : undefined;
  }

  /** Looks whether a write without an answer has been made, once its statement must have ended. */
  async #reconcile(write: Write, { change: { cell }, number }: { change: Change; number: number }): Promise<void> {
    const { journal, database } = this.#stage.ground;
    const table = cell.kind === 'user' ? 'users' : 'products';
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
    const { rows } = await database.pool.query(`SELECT name FROM ${table} WHERE id = ${cell.id} FOR UPDATE`);
    if (rows[0].name === textOf(cell, number)) journal.commit(write);
    else journal.rollBack(write);
  }
}

const SETTLED_MS = 300;
