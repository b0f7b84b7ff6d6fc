/**
 * A read for the cache: the result carries the snapshot at which it was read, and the tags of the data that it was made
 * from.
 */
import { currentLedger } from '../../budget/ledger.ts';
import type { ReadResult } from '../../cache/entry.ts';
import type { ReadSource } from '../../cache/query.ts';
import type { Statement } from '../../compile/compile.ts';
import type { Execute } from '../../compile/execute.ts';
import { rootKeys, tagsOf } from '../../freshness/answer-tags.ts';
import type { Watched } from '../../freshness/watched.ts';
import { tableOfTag } from '../../http/cache-headers.ts';
import type { Selection } from '../../resource/selection.ts';
import type { Ask } from './ask.ts';
import type { ReadSteps } from './read-steps.ts';

export interface TaggedReadParts<S extends Selection> {
  readonly steps: ReadSteps<S>;
  readonly ask: Ask<S>;
  readonly watched: Watched;
  /** False for an answer that the cache does not keep and whose tags no header names. */
  readonly isTagged: boolean;
}

export class TaggedRead<S extends Selection> implements ReadSource {
  readonly #parts: TaggedReadParts<S>;

  constructor(parts: TaggedReadParts<S>) {
    this.#parts = parts;
  }

  load(): Promise<ReadResult> {
    return this.#load();
  }

  loadFrom(standby: Execute): Promise<ReadResult> {
    return this.#load(standby);
  }

  setAside(): void {
    currentLedger()?.setAside(this.#statement().text);
  }

  async #load(standby?: Execute): Promise<ReadResult> {
    const { steps, ask, watched, isTagged } = this.#parts;
    const { shown, row } = await steps.load(ask, this.#statement(standby && 'standby'), standby);
    const tags = isTagged ? tagsOf(watched, ask.selection, row.keys ? JSON.parse(row.keys) : []) : [];
    const { status, body, etag, link } = shown;
    return { status, body, etag, link, snapshot: row.snapshot, incarnation: row.incarnation, tags };
  }

  #statement(server?: 'standby'): Statement {
    const { steps, ask, watched, isTagged } = this.#parts;
    if (!isTagged) return steps.statementOf(ask, 'plain');
    return steps.statementOf(ask, server ?? 'tagged', () => rootKeys(watched, ask.selection));
  }
}

/** Every table that a selection reads, whatever rows it finds. They are the tags of a row that does not exist. */
export function tablesRead(watched: Watched, selection: Selection): string[] {
  const anyRow = rootKeys(watched, selection).map(() => 0);
  return [...new Set(tagsOf(watched, selection, [anyRow]).map(tableOfTag))];
}
