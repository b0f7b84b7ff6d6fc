/**
 * Namespaces in Redis: the processes that share entries, and the processes that share the list of the most read keys.
 *
 * - Entries are shared by processes that give the same answers: the same data model, resources and release, and the
 *   same secret, because a page contains a signed cursor for the next one.
 * - The list contains requests and no answers, so another release with the same data model and resources continues it:
 *   `hotpath warm` of a new release reads the keys that were popular with the old one.
 */
import { hash } from 'node:crypto';
import { isObject } from '../../compile/plan/arguments.ts';
import type { DataModel } from '../../model/data-model.ts';
import type { Resource } from '../../resource/resource.ts';

export interface Sharing {
  readonly dataModel: DataModel;
  readonly resources: readonly Resource[];
  readonly release: string;
  /** The secret that signs cursors. */
  readonly secret: string;
}

export interface Namespaces {
  readonly entries: string;
  readonly popular: string;
}

/** The constants of policies. The only symbol in a resource stands for the viewer's own subject. */
function asJson(value: unknown): unknown {
  if (typeof value === 'symbol') return '$subject';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isObject(value)) return value;
  // An instance, such as `Prisma.DbNull`, has no properties of its own.
  return `${value.constructor.name} ${String(value)}`;
}

export function namespacesOf({ dataModel, resources, release, secret }: Sharing): Namespaces {
  const popular = nameOf([dataModel, resources]);
  return { entries: nameOf([popular, release, secret]), popular };
}

function nameOf(parts: readonly unknown[]): string {
  const text = JSON.stringify(parts, (_key, value) => asJson(value));
  return hash('sha256', text, 'base64url').slice(0, 12);
}
