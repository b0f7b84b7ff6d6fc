/** What a fault is, and what faults have in common. */
import { setTimeout as rest } from 'node:timers/promises';
import pg from 'pg';
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
  /** Whether nothing shows the cell any more. */
  readonly isGone?: boolean;
  /** Whether triggers see it. */
  readonly isLogged?: boolean;
}

/** Commits a change that the journal knows of, and reads it from each instance until it is shown. */
export async function change(
  stage: CheckStage,
  { own, commit, isGone = false, isLogged = true }: OwnChange,
): Promise<void> {
  const { cell, page } = own;
  const { journal, instances } = stage.ground;
  const text = textOf(cell, journal.next(cell));
  const write = journal.begin([{ cell, where: isGone ? undefined : OWN.user }], isLogged);
  await commit(text);
  journal.commit(write);
  await Promise.all(instances.map((instance) => lookFor(stage, { page, instance, write })));
}

/** Reads a page from each instance, so that each holds it. */
export async function warm(stage: CheckStage, { page }: OwnCell): Promise<void> {
  const { instances } = stage.ground;
  for (let times = 0; times < 3; times += 1) {
    await Promise.all(instances.map((instance) => readPage(stage, { page, instance })));
    await rest(20);
  }
}

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
