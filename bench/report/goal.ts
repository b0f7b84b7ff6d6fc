/** A goal: what is to be reached of something, what was measured, and whether that is enough. */
import { shown } from '../support/table.ts';

export interface Goal {
  /** The system it is of, or the section. */
  readonly of: string;
  readonly what: string;
  readonly goal: string;
  readonly measured: string;
  readonly met: boolean;
}

interface Bound {
  readonly least?: number;
  readonly most?: number;
  readonly show: (value: number) => string;
}

/** A value that is not a number, such as a ratio to nothing, meets no goal. */
export function goal([of, what]: readonly [string, string], value: number, { least, most, show }: Bound): Goal {
  const isWithin = value >= (least ?? Number.NEGATIVE_INFINITY) && value <= (most ?? Number.POSITIVE_INFINITY);
  const met = Number.isFinite(value) && isWithin;
  return { of, what, goal: least === undefined ? `≤ ${show(most!)}` : `≥ ${show(least)}`, measured: show(value), met };
}

export const percentOf = (value: number): string => `${shown(value * 100, 1)}%`;
export const amountOf = (value: number): string => shown(value, Number.isInteger(value) ? 0 : 2);

export function timesOf(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return `${shown(value, Number.isInteger(value) || value >= 100 ? 0 : 2)} ×`;
}
