/** The readers: pages, some far more often than others, from both instances, with a token now and then. */
import { type Ground, type Instance, readToken, type Token } from './ground.ts';
import { shownIn, type Violation, type Write } from './journal.ts';
import type { Page } from './world.ts';

/** What has been seen. */
export interface Tally {
  reads: number;
  hits: number;
  faults: number;
  /** Answers that were held against what the database answers at that time. */
  compared: number;
  readonly stale: (Violation & {
    readonly path: string;
    readonly instance: number;
    readonly cache: string | undefined;
  })[];
  /** Replies that no fault excuses. */
  readonly failures: string[];
  /** Writes that were read until they were seen. */
  readonly looked: Write[];
}

export const newTally = (): Tally => ({
  reads: 0,
  hits: 0,
  faults: 0,
  compared: 0,
  stale: [],
  failures: [],
  looked: [],
});

export interface Reading {
  readonly page: Page;
  readonly instance: Instance;
  /** What it brings along. */
  readonly knows?: Token & { readonly write?: Write };
}

interface Seen {
  readonly ground: Ground;
  readonly tally: Tally;
}

/** Reads a page, and judges what it shows. @returns the body; nothing, where the instance went before it answered. */
export async function readPage(
  { ground, tally }: Seen,
  { page, instance, knows }: Reading,
): Promise<string | undefined> {
  const sentAt = performance.now();
  const token = knows ? { 'consistency-token': knows.text } : {};
  const asked = { address: instance.address, path: page.path, headers: { ...ground.headersFor(page), ...token } };
  const reply = await ground.ask(asked).catch((error: Error) => {
    if (!instance.isDown) tally.failures.push(`GET ${page.path}: ${error.message}`);
  });
  if (!reply) return undefined;
  if (reply.status >= 500) tally.failures.push(`GET ${page.path}: ${reply.status} ${reply.body}`);
  if (reply.status !== 200 && reply.status !== 404) return undefined;
  tally.reads += 1;
  if (reply.cache && !reply.cache.startsWith('database')) tally.hits += 1;
  const read = {
    sentAt,
    place: knows?.place ?? 0,
    instance: instance.index,
    shown: shownIn(reply.body),
    shows: page.shows,
  };
  const violations = ground.journal.judge(knows?.write ? { ...read, write: knows.write } : read);
  for (const each of violations) {
    tally.stale.push({ ...each, path: page.path, instance: instance.index, cache: reply.cache });
  }
  return reply.body;
}

/** The share of reads that bring a token. */
const WITH_TOKEN = 0.25;

/** Reads one page after another until the check is over. */
export async function readOn(seen: Seen, pages: readonly Page[]): Promise<void> {
  const { ground } = seen;
  const random = ground.random.fork();
  while (!ground.isOver()) {
    const instance = random.pick(ground.instances);
    const page = random.pickEarly(pages);
    if (instance.isDown) await random.pause(20);
    else if (random.next() < WITH_TOKEN) await readPage(seen, { page, instance, knows: ground.token });
    else await readPage(seen, { page, instance });
  }
}

/** A token of no snapshot: the read goes past the cache. */
const PAST = 'none';

/** While nobody writes: every page, from every instance, must be what the database answers. */
export async function compare(seen: Seen, pages: readonly Page[]): Promise<void> {
  const { ground, tally } = seen;
  const knows = await readToken(ground);
  for (const page of pages) {
    for (const instance of ground.instances.filter(({ isDown }) => !isDown)) {
      const cached = await readPage(seen, { page, instance, knows });
      const headers = { ...ground.headersFor(page), 'consistency-token': PAST };
      const uncached = await ground.ask({ address: instance.address, path: page.path, headers }).catch(() => undefined);
      if (cached === undefined || !uncached || uncached.status >= 500) continue;
      tally.compared += 1;
      if (withoutId(cached) === withoutId(uncached.body)) continue;
      tally.stale.push({
        ...{ cell: 'the whole', is: 'stale', shown: undefined, wanted: knows.place },
        ...{ path: page.path, instance: instance.index, cache: 'compared' },
      });
    }
  }
}

/** A problem document names its request. */
const withoutId = (body: string): string => body.replace(/"(requestId|traceId|trace_id|request_id)":"[^"]*",?/g, '');
