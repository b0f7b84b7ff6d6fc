/**
 * The sort: `-createdAt,name`, newest first, then by name. The key of the model is added at the end, in the direction
 * of the last field. So every order is total: the same request gives the same order, and a cursor names one place in
 * it.
 */
import { refusal, unknownName } from './refusal.ts';
import type { Registry } from './registry.ts';
import type { Resource } from './resource.ts';

export interface SortField {
  readonly field: string;
  readonly direction: 'asc' | 'desc';
}

/** @param allowed the fields that may be named; without it any of the model, as in a declaration. */
export function parseSort(registry: Registry, resource: Resource, text: string, allowed?: readonly string[]) {
  const order = new Map<string, SortField>();
  for (const part of text.split(',')) {
    const field = part.startsWith('-') ? part.slice(1) : part;
    if (allowed && !allowed.includes(field)) throw refusal('sort', unknownName(field, 'sort', allowed));
    if (!order.has(field)) order.set(field, { field, direction: part.startsWith('-') ? 'desc' : 'asc' });
  }
  const direction = [...order.values()].at(-1)!.direction;
  for (const field of registry.keyOf(resource)) if (!order.has(field)) order.set(field, { field, direction });
  return [...order.values()];
}

export const orderByOf = (sort: readonly SortField[]): Record<string, 'asc' | 'desc'>[] =>
  sort.map(({ field, direction }) => ({ [field]: direction }));
