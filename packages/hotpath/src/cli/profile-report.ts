/** The report of `hotpath profile` as text. */
import type { Advice } from '../advisor/advice.ts';
import type { CacheAdvice } from '../advisor/cache/cache-advice.ts';
import { cacheTable } from '../advisor/cache/cache-table.ts';
import type { DearStatements } from '../advisor/dear-statements.ts';
import type { IndexFindings } from '../advisor/indexes/advise-indexes.ts';
import type { IndexAdvice } from '../advisor/indexes/index-advice.ts';
import { statementsTable } from '../advisor/statements-table.ts';

/** Everything that the command found. */
export interface ProfileFindings {
  readonly dearest: DearStatements;
  readonly advice: readonly Advice[];
  readonly indexes: IndexFindings;
  /** With recorded traffic: each route in it. */
  readonly cache?: readonly CacheAdvice[];
}

export function profileText({ dearest, advice, indexes, cache }: ProfileFindings): string {
  const notes = 'missing' in indexes ? [indexes.missing] : indexes.notes;
  const all = adviceTexts({ advice, indexes });
  const statements = 'missing' in dearest ? dearest.missing : statementsTable(dearest.statements);
  const caching = cache ? [cacheTable(cache)] : [];
  return [statements, ...caching, ...notes, all.length === 0 ? 'There is nothing to advise.' : all.join('\n')].join(
    '\n\n',
  );
}

/** Each advice as text. */
export function adviceTexts({ advice, indexes }: Pick<ProfileFindings, 'advice' | 'indexes'>): string[] {
  const found = 'missing' in indexes ? [] : indexes.indexes.map(indexText);
  return [...found, ...advice.map(adviceText)];
}

const adviceText = ({ kind, subject, detail, sql }: Advice): string =>
  `${kind}: ${subject}\n  ${detail}${sql ? `\n  → ${sql}` : ''}`;

const units = (cost: number): string => cost.toFixed(cost < 100 ? 1 : 0);

const sizeText = (bytes: number): string =>
  bytes < 2 ** 20 ? `${Math.round(bytes / 2 ** 10)} kB` : `${(bytes / 2 ** 20).toFixed(1)} MB`;

function indexText({ table, sql, prisma, bytes, statements, savings, writes, replaces }: IndexAdvice): string {
  const lines = savings.map(({ statement, calls, before, after }) => {
    const times = calls === undefined ? '' : `, ${calls} calls`;
    return `  ${units(before)} → ${units(after)}${times}: ${statement.replace(/\s+/g, ' ').slice(0, 140)}`;
  });
  const more = statements > savings.length ? [`  and ${statements - savings.length} other statements`] : [];
  const size = `  ${sizeText(bytes)}. ${writes}.`;
  const inPrisma = prisma ? [`  → model ${prisma.model}: ${prisma.line}`] : [];
  return [
    `new index: ${table}`,
    ...lines,
    ...more,
    size,
    ...inPrisma,
    ...[sql, ...replaces].map((each) => `  → ${each}`),
  ].join('\n');
}
