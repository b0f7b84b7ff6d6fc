/**
 * Namespaces in Redis: which processes share entries, and which share the list of what is read most.
 *
 * - Entries are shared by processes that answer alike: the same data model, resources and release, and the same secret,
 *   since a page holds a signed cursor for the next one.
 * - The list holds requests and no answers, so another release with the same data model and resources goes on with it:
 *   `hotpath warm` of a new release reads what was popular with the old one.
 */
import { hash } from 'node:crypto';
import type { DataModel } from '../../model/data-model.ts';
import type { Resource } from '../../resource/resource.ts';

export interface Sharing {
  readonly dataModel: DataModel;
  readonly resources: readonly Resource[];
  readonly release: string;
  /** What cursors are signed with. */
  readonly secret: string;
}

export interface Namespaces {
  readonly entries: string;
  readonly popular: string;
}

export function namespacesOf({ dataModel, resources, release, secret }: Sharing): Namespaces {
  const popular = nameOf([dataModel, resources]);
  return { entries: nameOf([popular, release, secret]), popular };
}

/** The only symbol in a resource stands for the viewer's own subject. */
function nameOf(parts: readonly unknown[]): string {
  const text = JSON.stringify(parts, (_key, value) => (typeof value === 'symbol' ? '$subject' : value));
  return hash('sha256', text, 'base64url').slice(0, 12);
}
