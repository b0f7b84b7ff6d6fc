/**
 * A shared cache before the instances that is purged when each write of a row is acknowledged. Answers that it keeps from
 * then on hold the write; answers that it passes on hold it within the bound.
 */
import { setTimeout as rest } from 'node:timers/promises';
import { type EdgeCache, openEdgeCache } from '../edge-cache.ts';
import { shownIn, textOf } from '../journal.ts';
import { type CheckStage, placeOf } from '../stage.ts';
import { keptPages, OWN, type Page } from '../world.ts';
import { type Fault, withClient } from './fault.ts';

/** In which a shared cache was refilled with the old answer each time, before answers were confirmed. */
const ROUNDS = 40;
const PAUSE_MS = 50;
const READERS = 3;
/** Of the reads through the cache: no instance. */
const NO_INSTANCE = -1;

interface Purging {
  readonly shared: EdgeCache;
  /** The commits at the time of the last purge. */
  place: number;
  isOver: boolean;
  hits: number;
}

export const purgeFault: Fault = async (stage) => {
  const { ground } = stage;
  await using stack = new AsyncDisposableStack();
  const origins = ground.instances.map(({ address }) => address);
  const shared = stack.adopt(await openEdgeCache(origins), (each) => each.close());
  const purging: Purging = { shared, place: 0, isOver: false, hits: 0 };
  const readers = Array.from({ length: READERS }, () => readThrough(stage, purging));
  for (let round = 0; round < ROUNDS; round += 1) {
    await ground.writing.run(() => writeAndPurge(stage, purging));
    await rest(ground.random.next() * 2 * PAUSE_MS);
  }
  purging.isOver = true;
  await Promise.all(readers);
  if (purging.hits === 0)
    stage.tally.failures.push('The shared cache kept nothing, so purges were not put to the test.');
};

async function writeAndPurge(stage: CheckStage, purging: Purging): Promise<void> {
  const { journal } = stage.ground;
  const cell = { kind: 'category', id: OWN.category };
  const text = textOf(cell, journal.next(cell));
  const write = journal.begin([{ cell, where: 0 }]);
  await withClient(stage, (client) =>
    client.query('UPDATE categories SET name = $1 WHERE id = $2', [text, OWN.category]),
  );
  purging.shared.purge(['category', `category:${OWN.category}`]);
  journal.commit(write);
  purging.place = write.place;
}

async function readThrough(stage: CheckStage, purging: Purging): Promise<void> {
  const random = stage.ground.random.fork();
  while (!purging.isOver) {
    await readKept(stage, random.pick(keptPages()), purging);
    await random.pause(PAUSE_MS / 2);
  }
}

async function readKept({ ground, tally }: CheckStage, page: Page, purging: Purging): Promise<void> {
  const { path, shows } = page;
  const [sentAt, { place }] = [performance.now(), purging];
  const reply = await ground.ask({ address: purging.shared.address, path, headers: {} });
  tally.reads += 1;
  if (reply.status !== 200) return void tally.failures.push(`GET ${path}: ${reply.status} ${reply.body}`);
  const isHit = reply.cacheStatus === 'shared; hit';
  if (isHit) purging.hits += 1;
  const isKept = isHit || /; stored$/.test(reply.cacheStatus!);
  const read = { sentAt, place: isKept ? place : 0, instance: NO_INSTANCE, shown: shownIn(reply.body), shows };
  const where = placeOf(ground, { path, instance: NO_INSTANCE, cache: reply.cacheStatus });
  for (const violation of ground.journal.judge(read)) tally.stale.push({ ...violation, ...where });
}
