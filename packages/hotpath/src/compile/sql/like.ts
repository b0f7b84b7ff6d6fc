/** Texts that contain a value, or begin or end with it. */
import type { Predicate, TextPlace } from '../plan/plan.ts';
import { parameter } from './text.ts';

type Like = Extract<Predicate, { is: 'like' }>;

export function like(
  value: string,
  { at, value: slot, negated, fold }: Pick<Like, 'at' | 'value' | 'negated' | 'fold'>,
): string {
  return `${value} ${negated ? 'NOT ' : ''}${fold ? 'ILIKE' : 'LIKE'} ${pattern(at, slot)}`;
}

/** As in Prisma, `%` and `_` in the value are wildcards too. */
export function pattern(at: TextPlace, slot: number): string {
  const text = parameter(slot);
  const patterns = { whole: text, anywhere: `'%' || ${text} || '%'`, start: `${text} || '%'`, end: `'%' || ${text}` };
  return at === 'whole' ? patterns.whole : `(${patterns[at]})`;
}
