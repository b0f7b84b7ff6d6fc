/**
 * A history: it reads selections and keeps them with their tags and snapshots, as a cache does; then it writes, one transaction after
 * another. After each transaction, every answer that is judged fresh must equal the answer of the database.
 */

import type { Compiler, ReadRow, Statement } from 'hotpath/compile/compile';
import { tagsOf } from 'hotpath/freshness/answer-tags';
import { Knowledge } from 'hotpath/freshness/knowledge';
import { parseSnapshot, type Snapshot } from 'hotpath/freshness/snapshot';
import type { Watched } from 'hotpath/freshness/watched';
import type pg from 'pg';
import { catchUp } from '../support.ts';
import type { Asked } from './selections.ts';
import type { Write } from './writes.ts';

export interface Tally {
  /** Kept answers that were still right and judged fresh. */
  kept: number;
  /** Answers that had changed, all judged stale. */
  changed: number;
  /** Answers that had not changed and were judged stale. */
  wasted: number;
  /** Transactions that PostgreSQL refused. */
  refused: number;
}

/** An answer that was judged fresh and differs from the present answer of the database. */
export class FalseFresh extends Error {
  override readonly name = 'FalseFresh';
}

interface Kept {
  readonly asked: Asked;
  readonly answer: string;
  readonly tags: readonly string[];
  readonly snapshot: Snapshot;
}

export interface Stage {
  readonly client: pg.Client;
  readonly compiler: Compiler;
  readonly watched: Watched;
}

export async function live(stage: Stage, selections: readonly Asked[], writes: readonly Write[], tally: Tally) {
  const knowledge = new Knowledge({ tags: 1000, transactions: 4 });
  await catchUp(stage.client, knowledge);
  const kept = [];
  for (const asked of selections) kept.push(await read(stage, asked));
  for (const write of writes) {
    if (!(await send(stage, write))) tally.refused += 1;
    await catchUp(stage.client, knowledge);
    for (const [index, before] of kept.entries()) {
      const isFresh = knowledge.isFresh(before.snapshot, before.tags);
      const now = await read(stage, before.asked);
      count(tally, { before, now, write, isFresh });
      kept[index] = isFresh ? before : now;
    }
  }
}

interface Judged {
  readonly before: Kept;
  readonly now: Kept;
  readonly write: Write;
  readonly isFresh: boolean;
}

function count(tally: Tally, { before, now, write, isFresh }: Judged): void {
  const isSame = before.answer === now.answer;
  if (isFresh && !isSame) {
    const what = { asked: before.asked.text, tags: before.tags, write, before: before.answer, now: now.answer };
    throw new FalseFresh(JSON.stringify(what, null, 2));
  }
  tally[isFresh ? 'kept' : isSame ? 'wasted' : 'changed'] += 1;
}

async function read({ client, compiler, watched }: Stage, asked: Asked): Promise<Kept> {
  const statement = compiler.compile(asked.request, { form: 'json' }) as Statement & pg.QueryConfig;
  const { rows } = await client.query<ReadRow>({ ...statement, values: [...statement.values] });
  const { snapshot, keys, ...answer } = rows[0]!;
  const tags = tagsOf(watched, asked.selection, JSON.parse(keys ?? '[]'));
  return { asked, answer: JSON.stringify(answer), tags, snapshot: parseSnapshot(snapshot) };
}

/** @returns whether PostgreSQL accepted it. */
async function send({ client }: Stage, write: Write): Promise<boolean> {
  try {
    await client.query(write.join('; '));
    return true;
  } catch {
    await client.query('ROLLBACK');
    return false;
  }
}
