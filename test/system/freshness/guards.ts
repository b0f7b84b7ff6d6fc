/**
 * The guards of the service against stale answers, each with the fault that finds stale answers without it. A guard is
 * removed from an instance by a change of its source as it is loaded (`remove-guard.ts`), so the sources stay as they are.
 *
 *   npm run check:freshness -- --without confirmation --faults purge
 */
/** In the environment of an instance: the name of the guard that it lacks. */
export const WITHOUT = 'CHECK_WITHOUT_GUARD';

export interface Guard {
  /** The fault that shows that the guard is missing; none if writers and readers are enough. */
  readonly fault?: string;
  /** The number of standbys that the fault needs. */
  readonly replicas?: number;
  readonly edits: readonly SourceEdit[];
}

export interface SourceEdit {
  /** From the project's directory. */
  readonly file: string;
  /** A text that the file has exactly once. */
  readonly from: string;
  readonly to: string;
}

const FOLLOWER = 'packages/hotpath/src/freshness/log-follower.ts';
const PROOF = 'packages/hotpath/src/freshness/standby-proof.ts';
const KNOWLEDGE = 'packages/hotpath/src/freshness/knowledge.ts';
const LOG = 'packages/hotpath/src/freshness/log.ts';
const COVERAGE = 'packages/hotpath/src/freshness/coverage.ts';
const SURVEY = 'packages/hotpath/src/freshness/table-survey.ts';
const CACHE = 'packages/hotpath/src/cache/cache.ts';
const READER = 'packages/hotpath/src/cache/database-reader.ts';

const FORGETTING_BEFORE_FLOOR: SourceEdit = {
  file: KNOWLEDGE,
  from: 'else if (!includes(this.#position, floor)) this.#forgetBefore(floor);',
  to: '',
};

export const GUARDS: Readonly<Record<string, Guard>> = {
  /** Every change is learned; without it one of five is missed, as by a follower that asks for ids above the latest it has seen. */
  changes: {
    edits: [
      {
        file: 'packages/hotpath/src/freshness/memory.ts',
        from: 'learn({ xid, source, tags }: LoggedChange, seen: Snapshot): void {',
        to: 'learn({ xid, source, tags }: LoggedChange, seen: Snapshot): void { if (Math.random() < 0.2) return;',
      },
    ],
  },
  /** An answer that a shared cache may keep is confirmed by a reading of the log. */
  confirmation: {
    fault: 'purge',
    edits: [
      {
        file: CACHE,
        from: 'await this.#follower.catchUp(CATCH_UP_MS);\n    const answer',
        to: 'true;\n    const answer',
      },
    ],
  },
  /** A shared cache keeps no answer of a route that does not ask for it. */
  'no-cache': {
    fault: 'purge',
    edits: [
      { file: 'packages/hotpath/src/cache/policy.ts', from: `: 'public, no-cache';`, to: `: 'public, s-maxage=3600';` },
    ],
  },
  /** A table with a virtual generated column is not served from the cache. */
  virtual: { fault: 'virtual', edits: [{ file: SURVEY, from: "attgenerated = 'v'", to: 'false' }] },
  /** Nor is a view that reads a column which no trigger logs. */
  'view-columns': {
    fault: 'virtual',
    edits: [{ file: COVERAGE, from: 'readColumns?.find', to: '[].find' }],
  },
  /** Values of a key that SQL compares otherwise than their bytes name no collection. */
  collations: {
    fault: 'collations',
    edits: [
      { file: COVERAGE, from: 'actual?.isExact && (EXACT', to: 'actual && (EXACT' },
      { file: COVERAGE, from: "'text', 'varchar'", to: "'text', 'varchar', 'citext'" },
    ],
  },
  /** Connections are replaced when columns change, since statements are prepared on them for the types of before. */
  columns: {
    fault: 'collations',
    edits: [{ file: FOLLOWER, from: 'await this.#catalogWatch.haveColumnsChanged(client)', to: 'false' }],
  },
  /** The catalog's fingerprint is part of the epoch's name. */
  catalog: {
    fault: 'ddl',
    edits: [{ file: LOG, from: '{catalog}`', to: '{0}`' }],
  },
  /** A partition without triggers is found. */
  partitions: {
    fault: 'partitions',
    edits: [{ file: COVERAGE, from: 'const bare = tree?.find', to: 'const bare = [].find' }],
  },
  /** The fingerprint has the partitions, too. */
  'partition-catalog': { fault: 'partitions', edits: [{ file: LOG, from: '{catalog}`', to: '{0}`' }] },
  /** The life of the server and the place of the database in it are, too. */
  incarnation: {
    fault: 'copy',
    edits: [{ file: LOG, from: '{incarnation} $', to: '{0} $' }],
  },
  /**
   * Nothing that was read in one life of the primary is believed in the next. The name of the epoch ensures it alone. Behind it
   * a snapshot that goes back ends the epoch, and the beginning of an epoch is a floor.
   */
  epoch: {
    fault: 'lost-tail',
    edits: [
      FORGETTING_BEFORE_FLOOR,
      { file: KNOWLEDGE, from: ' || this.#hasEnded(began.xip, snapshot)', to: '' },
      { file: KNOWLEDGE, from: "includes(snapshot, this.#position) ? 'useful' : 'wentBack'", to: "'useful'" },
      { file: LOG, from: '{row} $', to: '{0} $' },
      { file: LOG, from: '{incarnation} $', to: '{0} $' },
    ],
  },
  /** A standby is believed only if it has replayed the name of the life that is followed. */
  life: {
    fault: 'lost-tail',
    replicas: 1,
    edits: [{ file: PROOF, from: 'lifeOn(reading.incarnation) !== life', to: 'false' }],
  },
  /** The knowledge of changes is not used past the bound. */
  age: {
    fault: 'link-slow',
    edits: [{ file: FOLLOWER, from: 'const oldest = now - this.#options.boundMs;', to: 'const oldest = NEVER;' }],
  },
  /** A batch that is too long outdates everything. */
  forgetting: {
    fault: 'burst',
    edits: [{ file: FOLLOWER, from: 'isWhole && learned <= READING_LIMITS.tags);', to: 'true);' }],
  },
  /** A follower that may have missed changes before the floor forgets everything that was read before it. */
  floor: {
    fault: 'trim',
    edits: [FORGETTING_BEFORE_FLOOR],
  },
  /** Reads and the follower must see one server, and the follower connects again. */
  server: {
    fault: 'cutover',
    edits: [
      { file: READER, from: "this.#follower.incarnation !== '' && ", to: 'false && ' },
      { file: FOLLOWER, from: 'if (successor.isDue(client.openedAt))', to: 'if (false)' },
    ],
  },
};

export const GUARD_NAMES = Object.keys(GUARDS);
