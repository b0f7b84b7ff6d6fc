/**
 * Call sites: the line of the application's own code that sent a statement.
 *
 * For `pg`, the stack of the call has the line. A lazy query, such as Drizzle's, runs on a stack without it. So the
 * call site reads the stack again when the result arrives: by then the stack has the code that awaits the query. For
 * Prisma, `hotpath/prisma` finds the line.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** One call that sends statements, and its line (`file:line:column`) once it is known. */
export class CallSite {
  readonly #ignore: readonly RegExp[];
  /** The stack that names the line. */
  #stack = '';
  #line: string | undefined;
  #unnamed: Set<string>[] = [];

  /** @param ignore which files are none of the application's own; `line` is searched for if it is not given. */
  constructor(ignore: readonly RegExp[], line?: string) {
    this.#ignore = ignore;
    if (line === undefined) this.#search();
    else this.#line = line;
  }

  get isKnown(): boolean {
    return this.#line !== undefined;
  }

  /** Adds the line to `lines`, now or once it is known. */
  addTo(lines: Set<string>): void {
    if (this.#line === undefined) this.#unnamed.push(lines);
    else lines.add(this.#line);
  }

  /** Searches again, on the stack of the call's result. */
  locate(): void {
    if (this.#line !== undefined || this.#unnamed.length === 0) return;
    this.#search();
    if (this.#line === undefined) return;
    for (const lines of this.#unnamed) lines.add(this.#line);
    this.#unnamed = [];
  }

  /** The lines of the application's own code on the stack, the nearest first. */
  lines(): string[] {
    if (this.#line === undefined) return [];
    return this.#stack === '' ? [this.#line] : [...ownLines(this.#stack, this.#ignore)];
  }

  #search(): void {
    this.#stack = stackHere();
    this.#line = ownLine(this.#stack, this.#ignore);
  }
}

const callSites = new AsyncLocalStorage<CallSite | undefined>();

export const currentCallSite = (): CallSite | undefined => callSites.getStore();

/** Runs `run` and attributes its statements to `site`. Without a site, each statement has its own line. */
export const withCallSite = <T>(site: CallSite | undefined, run: () => T): T => callSites.run(site, run);

/** Runs `run` and attributes its statements to `line` (`file:line:column`). */
export const fromLine = <T>(line: string | undefined, run: () => T): T =>
  line === undefined ? run() : withCallSite(new CallSite([], line), run);

const DEEP_ENOUGH = 50;

function stackHere(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = DEEP_ENOUGH;
  const { stack } = new Error();
  Error.stackTraceLimit = limit;
  // An application may set `Error.prepareStackTrace`, which may return any value.
  return typeof stack === 'string' ? stack : '';
}

/** The file of a stack frame: an absolute path or a URL of a file, on POSIX systems and on Windows. */
const FRAME = /(?:^| \(|at )(?:async )?((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/]).*:\d+:\d+)\)?$/;

/** The first line of a stack that is the application's own. */
export function ownLine(stack: string, ignore: readonly RegExp[] = []): string | undefined {
  return ownLines(stack, ignore).next().value;
}

function* ownLines(stack: string, ignore: readonly RegExp[]): Generator<string, undefined> {
  for (const line of stack.split('\n')) {
    const place = FRAME.exec(line)?.[1];
    const path = place && pathOf(place);
    if (path && !isForeign(path) && !ignore.some((pattern) => path.search(pattern) >= 0)) yield path;
  }
  return undefined;
}

/** The path without the scheme of a URL, and without the query that a loader adds to it. */
function pathOf(place: string): string {
  if (!place.startsWith('file://')) return place;
  const path = place.replace(/^file:\/\/(?:\/(?=[A-Za-z]:))?/, '').replace(/\?[^:]*(?=:\d+:\d+$)/, '');
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/**
 * The folder of this package's code, if the code is in files of its own. In a bundle it is not; there a source map
 * gives frames their original files.
 */
const OWN_FOLDER = /^(.*\/)budget\/call-site\.[jt]s$/.exec(pathOf(import.meta.url))?.[1];

const isForeign = (path: string): boolean =>
  /[\\/]node_modules[\\/]/.test(path) ||
  (OWN_FOLDER !== undefined && path.replaceAll('\\', '/').startsWith(OWN_FOLDER));
