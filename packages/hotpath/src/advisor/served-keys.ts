/** Advice that a new index makes superfluous: it serves the foreign key. */
import type { Advice } from './advice.ts';
import type { IndexAdvice } from './indexes/index-advice.ts';

/** The advice without the foreign keys that these new indexes serve. */
export function withoutServedKeys(advice: readonly Advice[], indexes: readonly IndexAdvice[]): Advice[] {
  const served = new Set(
    indexes.flatMap(({ table, sql }) => {
      const keys = /\((.+?)\)(?: INCLUDE|;$)/.exec(sql)?.[1]?.split(', ') ?? [];
      return keys.map((_, index) => `${table} (${keys.slice(0, index + 1).join(', ')})`);
    }),
  );
  return advice.filter(({ kind, subject }) => kind !== 'unindexed foreign key' || !served.has(subject));
}
