/**
 * The key of an entry: the request, and its viewer. Two requests have the same key only if the same bytes answer both.
 *
 * A key consists of the request's text (path, sorted query) and the scope of the selection: whether the role alone or
 * also the subject decides which rows are seen. The scope is known once a selection was parsed. It depends only on the
 * text and the role, so the cache remembers it by these two, and later requests of the same text need no parsing of
 * `fields` to be found.
 *
 * Each part of a key is on a line of its own. A URL contains no line break, and neither does a subject or role of a
 * token (`auth.ts`).
 */
import { hash } from 'node:crypto';
import { PUBLIC, type Viewer } from '../resource/viewer.ts';
import { ScanResistantCache } from './scan-resistant-cache.ts';

/** The remembered facts about a request's text, for a role. */
export interface Question {
  /** Path and sorted query. */
  readonly text: string;
  readonly scope: 'role' | 'subject';
  /** Every table whose change can change the answer. */
  readonly tables: readonly string[];
  /** The latest key that was made of it: a text that was looked up before is found sooner. */
  latest?: { readonly role: string; readonly subject: string | undefined; readonly key: string };
}

export interface Questions<Q extends Question = Question> {
  /** @param url as the client sent it. */
  known(url: string, viewer: Viewer): Q | undefined;
  /** Remembers a question. */
  add(url: string, viewer: Viewer, known: Omit<Q, 'text'>): Q;
}

/** For each role of a route, in bytes. */
const REMEMBERED_BYTES = 8 * 1024 * 1024;

export function createQuestions<Q extends Question = Question>(): Questions<Q> {
  // By the role first: a URL is looked up as it came, and no text is put together for it.
  const byRole = new Map<string, ScanResistantCache<Q>>();
  // The latest key has the text, too.
  const sizeOf = ({ text }: Q, url: string) => 2 * (url.length + 2 * text.length);
  return {
    known: (url, { role }) => byRole.get(role)?.get(url),
    add(url, { role }, known) {
      const question = { text: canonical(url), ...known } as unknown as Q;
      const questions = byRole.get(role) ?? new ScanResistantCache<Q>({ maxBytes: REMEMBERED_BYTES, sizeOf });
      byRole.set(role, questions);
      questions.set(url, question);
      return question;
    },
  };
}

/**
 * The text with its parameters in order. A text with a fragment stays unchanged, because the router stops reading
 * there.
 */
function canonical(url: string): string {
  const query = url.indexOf('?');
  if (query === -1 || url.includes('#')) return url;
  return `${url.slice(0, query)}?${url
    .slice(query + 1)
    .split('&')
    .sort()
    .join('&')}`;
}

export function entryKey(question: Question, viewer: Viewer): string {
  const { text, scope, latest } = question;
  const { role } = viewer;
  const subject = scope === 'role' ? undefined : viewer.subject;
  if (latest && latest.role === role && latest.subject === subject) return latest.key;
  const key = scope === 'role' ? `${text}\n${role}` : `${text}\n${role}\n${subject}`;
  question.latest = { role, subject, key };
  return key;
}

/** The request and its viewer, read back from a key. */
export function askedBy(key: string): { readonly url: string; readonly viewer: Viewer } {
  const [url = '', role = '', subject] = key.split('\n');
  return { url, viewer: { role, subject } };
}

/** Whether an answer is for the public, so that any client could have asked for it. */
export const isPublicKey = (key: string): boolean => askedBy(key).viewer.role === PUBLIC.role;

export interface RemoteKeys {
  readonly entry: string;
  readonly lease: string;
}

/** The keys in Redis. They reveal nothing personal, and both are in one slot of a cluster. */
export function remoteKeys(namespace: string, key: string): RemoteKeys {
  const entry = `hotpath:${namespace}:{${hash('sha256', key, 'base64url')}}`;
  return { entry, lease: `${entry}:lease` };
}
