/** Functions that draw arguments and rows from fast-check's generator, which a seed repeats. */
import fc from 'fast-check';

export type Draw = fc.GeneratorValue;

export function integer(draw: Draw, min: number, max: number): number {
  return draw(fc.integer, { min, max });
}

/** True once in `times`. */
export function once(draw: Draw, times: number): boolean {
  return integer(draw, 0, times - 1) === times - 1 && times > 0;
}

export function pick<T>(draw: Draw, from: readonly T[]): T {
  return from[integer(draw, 0, from.length - 1)]!;
}

/** Up to `most` different elements, in the order of `from`. */
export function some<T>(draw: Draw, from: readonly T[], most = from.length): T[] {
  return draw(fc.subarray, [...from], { minLength: 0, maxLength: Math.min(most, from.length) }) as T[];
}

export function atLeastOne<T>(draw: Draw, from: readonly T[], most = from.length): T[] {
  return draw(fc.subarray, [...from], { minLength: 1, maxLength: Math.max(1, Math.min(most, from.length)) }) as T[];
}
