/** The interface of faults, and their common parts. */
import { setTimeout as rest } from 'node:timers/promises';
import pg from 'pg';
import { BOUND_MS } from '../bounds.ts';
import { type Cell, textOf } from '../journal.ts';
import { lookFor, readPage } from '../readers.ts';
import type { CheckStage } from '../stage.ts';
import { OWN, ownPages, type Page } from '../world.ts';

/** Does harm, waits, and puts back what it has changed. One fault is over before the next begins. */
export type Fault = (stage: CheckStage) => Promise<unknown>;

export type Faults = Readonly<Record<string, Fault>>;

/** A text that faults write: a user's name or telephone number, or one that the view of totals makes up. */
export interface OwnCell {
  readonly cell: Cell;
  readonly page: Page;
}

export const ownName = (): OwnCell => ({ cell: { kind: 'user', id: OWN.user }, page: ownPages()[0] });

export const ownPhone = (): OwnCell => ({ cell: { kind: 'phone', id: OWN.user }, page: ownPages()[0] });

export const ownView = (): OwnCell => ({ cell: { kind: 'view', id: 1 }, page: ownPages()[1] });

export interface OwnChange {
  readonly own: OwnCell;
  readonly commit: (text: string) => Promise<unknown>;
  /** The owner of the cell afterwards: the own user by default. */
  readonly where?: number;
  /** Whether nothing shows the cell any more. */
  readonly isGone?: boolean;
  /** Whether triggers see it. */
  readonly isLogged?: boolean;
}

/** Commits a change that the journal knows of, and reads it from each instance until it is shown. */
export async function change(
  stage: CheckStage,
  { own, commit, where = OWN.user, isGone = false, isLogged = true }: OwnChange,
): Promise<void> {
  const { cell, page } = own;
  const { journal, instances } = stage.ground;
  const text = textOf(cell, journal.next(cell));
  const write = journal.begin([{ cell, where: isGone ? undefined : where }], isLogged);
  await commit(text);
  journal.commit(write);
  await Promise.all(instances.map((instance) => lookFor(stage, { page, instance, write })));
}

/** A change that no trigger sees, so that a token does not cover it. */
export const changeUnlogged = (stage: CheckStage, made: OwnChange): Promise<void> =>
  change(stage, { ...made, isLogged: false });

/** Reads a page from each instance, so that each holds it. */
export async function warm(stage: CheckStage, { page }: OwnCell): Promise<void> {
  const { instances } = stage.ground;
  for (let times = 0; times < 3; times += 1) {
    await Promise.all(instances.map((instance) => readPage(stage, { page, instance })));
    await rest(20);
  }
}

/** By then every instance knows of the latest change of the schema, and holds the page again. */
export async function settle(stage: CheckStage, own: OwnCell = ownName()): Promise<void> {
  await rest(2 * BOUND_MS);
  await warm(stage, own);
}

/** Each instance must say in its log that it cannot follow a column, by the column's name. */
export async function expectNamed(stage: CheckStage, column: string, change: () => Promise<unknown>): Promise<void> {
  const { instances } = stage.ground;
  const said = instances.map(({ gaps }) => gaps.length);
  await change();
  const missing = () =>
    instances.filter(({ gaps }, index) => !gaps.slice(said[index]).some((gap) => gap.includes(`"${column}"`)));
  for (let tries = 0; tries < SAID_MS / SAY_MS && missing().length > 0; tries += 1) await rest(SAY_MS);
  for (const { address } of missing())
    stage.tally.failures.push(`${address} does not say that it cannot follow "${column}".`);
}

const SAY_MS = 20;
const SAID_MS = 5000;

export interface OwnView {
  /** @param text of each row of the view, as an aggregate in SQL over merchants `m` and categories `c`. */
  replace(text: string): Promise<void>;
  restore(): Promise<void>;
}

/** The view of totals, of which the text can be made another one. */
export async function openOwnView(stage: CheckStage): Promise<OwnView> {
  const { rows } = await stage.ground.database.pool.query<{ text: string }>(
    `SELECT pg_get_viewdef('category_totals') AS "text"`,
  );
  const before = rows[0]!.text;
  const replace = (definition: string) => run(stage, `CREATE OR REPLACE VIEW category_totals AS ${definition}`);
  return {
    replace: (text) => replace(before.replace('c.name AS category', `${text}::varchar(80) AS category`)),
    restore: () => replace(before),
  };
}

export const run = (stage: CheckStage, sql: string): Promise<void> => withClient(stage, (client) => client.query(sql));

export async function withClient(stage: CheckStage, work: (client: pg.ClientBase) => Promise<unknown>): Promise<void> {
  const client = await stage.ground.database.pool.connect();
  try {
    await work(client);
  } finally {
    client.release();
  }
}

/** @param url of a database that is not the check's. */
export async function withSession(url: string, work: (client: pg.ClientBase) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
