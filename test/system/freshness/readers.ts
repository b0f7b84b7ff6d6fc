/** The readers: pages, some far more often than others, from both instances, with a token now and then. */
import { BOUND_MS } from './bounds.ts';
import type { Reply } from './client.ts';
import { type Instance, readToken, type Token } from './ground.ts';
import { marksOfCopyIn, type Read, shownIn, type Write } from './journal.ts';
import { type CheckStage, placeOf } from './stage.ts';
import type { Page } from './world.ts';

export interface Reading {
  readonly page: Page;
  readonly instance: Instance;
  /** The headers that it sends. */
  readonly knows?: (Token & { readonly write?: Write }) | undefined;
}

/** Reads a page, and judges what it shows. @returns the body; nothing if a fault kept the instance from answering. */
export async function readPage(stage: CheckStage, { page, instance, knows }: Reading): Promise<string | undefined> {
  const { ground, tally } = stage;
  const sentAt = performance.now();
  const wasAway = ground.isAway;
  // A token names what was committed on the server to which the database has moved.
  const known = ground.isMoving ? undefined : knows;
  const token = known ? { 'consistency-token': known.text } : {};
  const asked = { address: instance.address, path: page.path, headers: { ...ground.headersFor(page), ...token } };
  const hadNoPrimary = ground.hasNoPrimary;
  const isTokenInDoubt = () => known !== undefined && (hadNoPrimary || ground.hasNoPrimary);
  const isExcused = () => instance.isDown || wasAway || ground.isAway || isTokenInDoubt();
  const reply = await ground.ask(asked).catch((error: Error) => {
    if (!isExcused()) tally.failures.push(`GET ${page.path}: ${error.message}`);
  });
  if (!reply) return undefined;
  if (reply.status >= 500 && !isExcused()) tally.failures.push(`GET ${page.path}: ${reply.status} ${reply.body}`);
  if (reply.status !== 200 && reply.status !== 404) return undefined;
  const read = { sentAt, place: known?.place ?? 0, instance: instance.index, shown: shownIn(reply.body) };
  judge(stage, { page, reply, read: { ...read, shows: page.shows, ...(known?.write && { write: known.write }) } });
  return reply.body;
}

interface Judged {
  readonly page: Page;
  readonly reply: Reply;
  readonly read: Read;
}

function judge({ ground, tally }: CheckStage, { page: { path }, reply: { cache, body }, read }: Judged): void {
  const { instance, sentAt, shown } = read;
  const answeredAt = performance.now();
  const where = placeOf(ground, { path, instance, cache });
  tally.reads += 1;
  if (cache && !cache.startsWith('database')) tally.hits += 1;
  for (const violation of ground.journal.judge(read)) tally.stale.push({ ...violation, ...where });
  for (const cell of marksOfCopyIn(body)) {
    tally.stale.push({ cell, is: 'of another database', shown: undefined, wanted: 0, ...where });
  }
  for (const back of tally.history.note({ of: `${instance} ${path}`, sentAt, answeredAt, cache, shown })) {
    tally.backward.push({ ...back, ...where });
  }
}

/** The share of reads that bring a token. */
const WITH_TOKEN = 0.25;

/** Reads one page after another until the check is over. */
export async function readOn(stage: CheckStage): Promise<void> {
  const { ground, pages } = stage;
  const random = ground.random.fork();
  while (!ground.isOver()) {
    const instance = random.pick(ground.instances);
    const page = random.pickEarly(pages);
    if (instance.isDown) await random.pause(20);
    else if (random.next() < WITH_TOKEN) await readPage(stage, { page, instance, knows: ground.token });
    else await readPage(stage, { page, instance });
    // An instance that refuses is not asked without a pause.
    if (ground.isAway) await random.pause(20);
  }
}

/** Reads a page until it shows a write, so that the delay is known. */
export async function lookFor(stage: CheckStage, { page, instance, write }: Reading & { write: Write }): Promise<void> {
  const { ground, tally } = stage;
  for (let seenMs = -1; seenMs !== write.unseenMs && write.unseenMs < ENOUGH_MS && !instance.isDown; ) {
    seenMs = write.unseenMs;
    await readPage(stage, { page, instance });
  }
  if (!instance.isDown) tally.looked.push(write);
  ground.token = (await readToken(ground)) ?? ground.token;
}

/** By then it should have been seen, and has been called late. */
const ENOUGH_MS = 2000;
/** A token that names no snapshot: the read goes past the cache. */
const PAST = 'none';

/** While nothing is written: every page, from every instance, must be what the database answers. */
export async function compare(stage: CheckStage): Promise<void> {
  const { ground, tally, pages } = stage;
  await new Promise((resolve) => setTimeout(resolve, BOUND_MS));
  for (const page of pages) {
    for (const instance of ground.instances.filter(({ isDown }) => !isDown)) {
      const cached = await readPage(stage, { page, instance });
      const headers = { ...ground.headersFor(page), 'consistency-token': PAST };
      const uncached = await ground.ask({ address: instance.address, path: page.path, headers }).catch(() => undefined);
      if (cached === undefined || !uncached || uncached.status >= 500) continue;
      tally.compared += 1;
      if (withoutId(cached) === withoutId(uncached.body)) continue;
      tally.stale.push({
        ...{ cell: 'the whole', is: 'stale', shown: undefined, wanted: ground.journal.place },
        ...placeOf(ground, { path: page.path, instance: instance.index, cache: 'compared' }),
      });
    }
  }
}

/** A problem document names its request. */
export const withoutId = (body: string): string =>
  body.replace(/"(requestId|traceId|trace_id|request_id)":"[^"]*",?/g, '');
