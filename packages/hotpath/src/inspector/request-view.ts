/** Requests as the inspector tells of them, in JSON. */
import { normalise } from '../budget/normalise.ts';
import { type CacheStory, cacheStories } from './cache-story.ts';
import type { ChangeLog } from './change-log.ts';
import { isExplainable } from './explain.ts';
import type { RequestRecord } from './request-record.ts';
import { shownValue, withoutLiterals } from './shown-values.ts';
import type { KeptStatement, Trail } from './trail.ts';

/** A request in the list. */
export interface RequestLine
  extends Omit<
    RequestRecord,
    'keptBytes' | 'startedAt' | 'unlistedMs' | 'viewerKey' | 'requestHeaders' | 'replyHeaders' | 'trail'
  > {
  readonly hasDetails: boolean;
}

export function lineOfRequest(record: RequestRecord): RequestLine {
  const {
    keptBytes: _,
    startedAt: __,
    unlistedMs: ___,
    viewerKey: ____,
    requestHeaders: _____,
    replyHeaders: ______,
    trail,
    ...line
  } = record;
  return { ...line, hasDetails: trail !== undefined };
}

/** One step of a request, for its waterfall. Times are in milliseconds since the request came. */
export interface RequestStep {
  readonly kind: 'statement' | 'connection' | 'cache' | 'redis' | 'log';
  readonly label: string;
  readonly from: number;
  readonly ms: number;
  /** Of a statement: its number within the request. */
  readonly statement?: number;
}

/** Equal statements of a request. */
export interface StatementGroup {
  /** Without values. */
  readonly sql: string;
  readonly times: number;
  readonly ms: number;
  readonly rows: number;
  /** Lines of code, the nearest first. */
  readonly lines: readonly string[];
  readonly isRepeated: boolean;
  readonly statements: readonly ShownStatement[];
}

export interface ShownStatement {
  /** Names it for EXPLAIN: the request's id and its number in it. */
  readonly id: string;
  readonly from: number;
  readonly ms: number;
  readonly rows: number | undefined;
  readonly failure: string | undefined;
  /** Its text with values in it, and its values; only on request. */
  readonly text?: string;
  readonly values?: readonly string[];
  readonly mayExplain: boolean;
}

export interface RequestDetails extends RequestLine {
  readonly requestHeaders: RequestRecord['requestHeaders'];
  readonly replyHeaders: RequestRecord['replyHeaders'];
  readonly steps: readonly RequestStep[];
  readonly groups: readonly StatementGroup[];
  readonly cache: readonly CacheStory[];
  readonly logs: readonly {
    readonly from: number;
    readonly level: number;
    readonly text: string;
    readonly error?: string;
  }[];
  /** Events beyond those that are kept of one request. */
  readonly left: number;
}

interface Shown {
  readonly changes: ChangeLog;
  /** Whether values are shown. */
  readonly withValues: boolean;
  /** The number of equal statements from which on they count as repeated. */
  readonly repeated: number;
}

export function requestDetails(record: RequestRecord, { changes, withValues, repeated }: Shown): RequestDetails {
  const { trail, startedAt, at, requestHeaders, replyHeaders } = record;
  const own = { ...lineOfRequest(record), requestHeaders, replyHeaders };
  if (!trail) return { ...own, steps: [], groups: [], cache: [], logs: [], left: 0 };
  return {
    ...own,
    steps: stepsOf(trail, startedAt),
    groups: groupsOf(record, { withValues, repeated }),
    cache: cacheStories({ trail, changes, at }),
    logs: trail.logs.map(({ startedAt: time, ...line }) => ({ ...line, from: time - startedAt })),
    left: trail.left,
  };
}

function stepsOf(trail: Trail, origin: number): RequestStep[] {
  const place = (event: { startedAt: number; ms: number }) => ({ from: event.startedAt - origin, ms: event.ms });
  const steps: RequestStep[] = [
    ...trail.statements.map((sent, statement) => ({
      kind: 'statement' as const,
      label: withoutLiterals(sent.text).slice(0, 120),
      ...place(sent),
      statement,
    })),
    ...trail.waits.map((wait) => ({ kind: 'connection' as const, label: 'waits for a connection', ...place(wait) })),
    ...trail.answers.map((answer) => ({ kind: 'cache' as const, label: `cache: ${answer.outcome}`, ...place(answer) })),
    ...trail.commands.map((asked) => ({ kind: 'redis' as const, label: `Redis ${asked.command}`, ...place(asked) })),
    ...trail.logs.map((line) => ({
      kind: 'log' as const,
      label: line.text.slice(0, 120),
      from: line.startedAt - origin,
      ms: 0,
    })),
  ];
  return steps.sort((one, other) => one.from - other.from);
}

function groupsOf({ id, trail, startedAt }: RequestRecord, shown: Omit<Shown, 'changes'>): StatementGroup[] {
  const groups = new Map<string, number[]>();
  trail!.statements.forEach(({ text }, index) => {
    const sql = normalise(text);
    groups.set(sql, [...(groups.get(sql) ?? []), index]);
  });
  return [...groups.values()].map((indexes) => {
    const all = indexes.map((index) => trail!.statements[index]!);
    const first = all[0]!;
    return {
      sql: withoutLiterals(first.text),
      times: all.length,
      ms: sum(all.map(({ ms }) => ms)),
      rows: sum(all.map(({ rows = 0 }) => rows)),
      lines: first.lines,
      isRepeated: first.isCounted && all.length >= shown.repeated,
      statements: indexes.map((index) =>
        statementOf(trail!.statements[index]!, { id: `${id}.${index}`, origin: startedAt, ...shown }),
      ),
    };
  });
}

function statementOf(
  sent: KeptStatement,
  { id, origin, withValues }: { id: string; origin: number; withValues: boolean },
): ShownStatement {
  const { startedAt, ms, rows, failure, text, values } = sent;
  const shown = { id, from: startedAt - origin, ms, rows, failure, mayExplain: isExplainable(sent) };
  return withValues ? { ...shown, text, ...(values && { values: values.map(shownValue) }) } : shown;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
