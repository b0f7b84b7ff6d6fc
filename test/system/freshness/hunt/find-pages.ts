/**
 * The pages of a service that its API document describes: each GET, with the examples of its parameters that must be
 * given, as far as the service answers it with 200, says which cache it asked, and does not change it by the clock.
 */
import type { Ask } from '../client.ts';

const DOCUMENT = '/openapi.json';

interface GetOperation {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly example?: unknown;
  }[];
}

interface ApiDocument {
  readonly paths?: Readonly<Record<string, { readonly get?: GetOperation }>>;
}

export interface Asker {
  readonly ask: Ask;
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** @returns nothing if the service has no such document. */
export async function findPages({ ask, base, headers }: Asker): Promise<string[]> {
  const document = await ask({ address: base, path: DOCUMENT, headers }).catch(() => undefined);
  const found: string[] = [];
  for (const path of document?.status === 200 ? pathsIn(document.body) : []) {
    const reply = await ask({ address: base, path, headers }).catch(() => undefined);
    if (reply?.status === 200 && reply.cacheStatus !== undefined) found.push(path);
  }
  return found;
}

function pathsIn(text: string): string[] {
  try {
    const { paths = {} } = JSON.parse(text) as ApiDocument;
    return Object.entries(paths).flatMap(([path, { get }]) => (get && !isOfNow(get) ? [pathOf(path, get)] : []));
  } catch {
    return [];
  }
}

/** A page about the latest stretch of time is another one with the next minute, though nothing is written. */
const isOfNow = ({ parameters = [] }: GetOperation): boolean =>
  parameters.some((each) => each.in === 'query' && each.name === 'since');

function pathOf(path: string, { parameters = [] }: GetOperation): string {
  const value = (example: unknown) => encodeURIComponent(String(example ?? 1));
  const wanted = parameters.filter((each) => each.in === 'query' && each.required);
  const query = wanted.map(({ name, example }) => `${name}=${value(example)}`).join('&');
  const filled = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) =>
    value(parameters.find((each) => each.in === 'path' && each.name === name)?.example),
  );
  return query === '' ? filled : `${filled}?${query}`;
}
