/**
 * Preconditions of a request, as RFC 9110 (13) defines them: `If-Match` and `If-None-Match`, each `*` or a list of
 * entity tags. For a change the version in a tag decides, whichever representation of the row the tag names. `If-Match`
 * compares strongly, so that a weak tag matches nothing; `If-None-Match` compares weakly.
 *
 * The server refuses a malformed header: if it ignored the header, it would make a change that the client did not
 * intend.
 */
import { requestError } from './errors.ts';
import { ENTITY_TAG, isTagOf, versionIn } from './etag.ts';

/** Versions as text, or any existing row. */
export type NamedVersions = 'any' | readonly string[];

export interface Preconditions {
  /** The row must have one of these versions. */
  readonly ifMatch?: NamedVersions;
  /** The row must have none of these versions. */
  readonly ifNoneMatch?: NamedVersions;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** @throws `invalidRequest` for a header that is neither `*` nor a list of entity tags. */
export function preconditionsIn(headers: Headers): Preconditions {
  const ifMatch = versionsIn(headers, 'If-Match', (tag) => (tag.startsWith('W/') ? undefined : versionIn(tag)));
  const ifNoneMatch = versionsIn(headers, 'If-None-Match', versionIn);
  return { ...(ifMatch && { ifMatch }), ...(ifNoneMatch && { ifNoneMatch }) };
}

/** The entity tags of a header, or `*`; `undefined` without the header. @throws `invalidRequest` */
function tagsIn(headers: Headers, name: 'If-Match' | 'If-None-Match'): 'any' | readonly string[] | undefined {
  const header = headers[name.toLowerCase()];
  if (header === undefined) return undefined;
  const text = String(header).trim();
  if (text === '*') return 'any';
  const tags = text.match(ENTITY_TAG) ?? [];
  const isList = tags.length > 0 && /^[\s,]*$/.test(text.replace(ENTITY_TAG, ','));
  if (isList) return tags;
  const detail = 'must be `*`, or a list of entity tags in quotes';
  throw requestError('invalidRequest', `${name}: ${detail}`, [{ parameter: name, detail }]);
}

function versionsIn(
  headers: Headers,
  name: 'If-Match' | 'If-None-Match',
  versionOf: (tag: string) => string | undefined,
): NamedVersions | undefined {
  const tags = tagsIn(headers, name);
  if (tags === undefined || tags === 'any') return tags;
  return tags.map(versionOf).filter((version) => version !== undefined);
}

/** Whether a change may be made if the row does not exist. */
export const holdForNone = ({ ifMatch }: Preconditions): boolean => ifMatch === undefined;

/**
 * Whether a change may be made to a row. @param version `null` for a row without a version: no tag names it, and a tag
 * of `If-None-Match` may name it.
 */
export function holdFor({ ifMatch, ifNoneMatch }: Preconditions, version: string | null): boolean {
  const isNamed = (named: NamedVersions) => named === 'any' || (version !== null && named.includes(version));
  if (ifMatch !== undefined && !isNamed(ifMatch)) return false;
  return ifNoneMatch === undefined || (version !== null && !isNamed(ifNoneMatch));
}

/**
 * @param etag of the current representation, without an encoding.
 * @throws `preconditionFailed` if `If-Match` names another representation; `invalidRequest`
 */
export function mustMatch(headers: Headers, etag: string): void {
  if (headers['if-match'] === undefined) return;
  const tags = tagsIn(headers, 'If-Match')!;
  if (tags === 'any' || tags.some((tag) => isTagOf(tag, etag))) return;
  throw requestError('preconditionFailed', 'If-Match names another representation than the current one.');
}
