/**
 * Failovers that lose commits: the standby that takes the primary's place has not got the latest ones. Instances have read
 * and kept them, in memory and in Redis, and a replica has replayed them. After the failover no answer may show one of them.
 *
 * The lost commits are those after a moment without an open writer, at which the heir had everything. The rows of the heir
 * prove it: they must be those that the journal holds without them.
 */
import { setTimeout as rest } from 'node:timers/promises';
import { BOUND_MS } from '../bounds.ts';
import { conninfoOf, openStandby, type Standby } from '../database.ts';
import type { Ground } from '../ground.ts';
import { shownIn, textOf } from '../journal.ts';
import { lifeOf, METRICS_TOKEN, type Replica } from '../replicas.ts';
import type { CheckStage } from '../stage.ts';
import { BUYER, GRANTED, TEXTS } from '../world.ts';
import { type Fault, ownName, run, warm } from './fault.ts';
import { type PlacedOrders, placeOrders } from './orders.ts';

/** How long commits are lost. */
const TAIL_MS = 1000;
/** How long there is no primary. */
const FAILED_MS = 1000;
/** In which a diverged replica tries several times to follow the new primary. */
const REJOIN_MS = 1500;
/** A busy machine may take as long. */
const PATIENCE_MS = 20_000;

/** The parts of a failover that a fault fills in; each is over before the next begins. */
interface Phases {
  /** The commits of this phase survive. */
  readonly kept?: () => Promise<void>;
  /** The commits of this phase are lost. */
  readonly lost: () => Promise<void>;
  /** Begins when the primary fails. */
  readonly failing?: () => Promise<void>;
  /** The new primary can be reached. */
  readonly after: () => Promise<void>;
}

/** Rows and permissions. */
export const lostTailFault: Fault = async (stage) => {
  await failOver(stage, {
    lost: async () => {
      await warm(stage, ownName());
      await expectPermission(stage, 'none');
      await run(stage, `INSERT INTO permissions (user_id, project_id, role) VALUES (${BUYER}, ${GRANTED}, 'viewer')`);
      await expectPermission(stage, 'granted');
    },
    after: async () => {
      await rest(BOUND_MS);
      await expectPermission(stage, 'none');
    },
  });
};

/** Orders, which a client sends again with the same key, and their jobs. */
export const lostOrdersFault: Fault = async (stage) => {
  await using stack = new AsyncDisposableStack();
  await stage.ground.startWorker(stack);
  const orders: Record<'kept' | 'lost' | 'failing', PlacedOrders> = {
    kept: placeOrders(stage),
    lost: placeOrders(stage),
    failing: placeOrders(stage),
  };
  await failOver(stage, {
    kept: () => orders.kept.place(),
    lost: () => orders.lost.place(),
    failing: () => orders.failing.send(),
    after: async () => {
      await orders.kept.repeat('replayed');
      await orders.lost.repeat('done again');
      await orders.failing.repeat();
      await orders.kept.expectWhole();
    },
  });
};

async function failOver(stage: CheckStage, phases: Phases): Promise<void> {
  const { database, isOver, journal, random, replicas, stack, writing } = stage.ground;
  const heir = await openStandby(stack, database);
  // The heir lacks what this one has. The others get the log from the heir.
  const ahead = replicas.length > 0 ? random.pick(replicas) : undefined;
  const behind = replicas.filter((replica) => replica !== ahead);
  await Promise.all(behind.map((replica) => replica.follow(conninfoOf(heir.url))));
  if (isOver()) return;
  await phases.kept?.();
  const open = await beginOwn(stage);
  const place = await writing.hold(async () => {
    await heir.cutOff();
    return journal.place;
  });
  await open.commit();
  await Promise.all([phases.lost(), rest(TAIL_MS)]);
  await takePlace(stage, { heir, place, failing: phases.failing });
  await phases.after();
  if (!ahead || isOver()) return;
  await expectDiverged(stage, ahead, heir);
  if (!isOver()) await ahead.rebuild();
}

/** A transaction whose rows the heir gets, and whose commit it does not. */
async function beginOwn({ ground: { database, journal } }: CheckStage): Promise<{ commit(): Promise<void> }> {
  const { cell } = ownName();
  const client = await database.pool.connect();
  const text = textOf(cell, journal.next(cell));
  const write = journal.begin([{ cell, where: cell.id }]);
  await client.query('BEGIN');
  await client.query('UPDATE users SET name = $1 WHERE id = $2', [text, cell.id]);
  return {
    async commit() {
      await client.query('COMMIT');
      journal.commit(write);
      client.release();
    },
  };
}

interface Succession {
  readonly heir: Standby;
  /** The place in the journal of the latest commit that the heir has. */
  readonly place: number;
  readonly failing: (() => Promise<void>) | undefined;
}

async function takePlace({ ground, tally }: CheckStage, { heir, place, failing }: Succession): Promise<void> {
  const { database, journal, proxy, writing } = ground;
  await writing.hold(async () => {
    // A change that no instance has read the log for is unknown until there is a primary again.
    await rest(BOUND_MS);
    ground.hasNoPrimary = true;
    const failed = failing?.();
    proxy.fail();
    await Promise.all([failed, rest(FAILED_MS)]);
    await heir.promoteAsIs();
    await database.moveTo(heir.url);
    const held = await rowsOf(ground);
    // From here to the end of the excuse in one turn: an answer is of one server or of the other.
    const lost = journal.loseAfter(place);
    tally.history.forgetBefore(journal.lostUntil);
    proxy.moveTo(heir.url);
    proxy.recover();
    ground.hasNoPrimary = false;
    tally.lost += lost;
    if (lost === 0) tally.failures.push('The failover lost no commit, so it proves nothing.');
    for (const wrong of differences(journal.present(), held)) tally.failures.push(wrong);
  });
}

/** The numbers in the rows of the database, by cell. */
async function rowsOf({ database }: Ground): Promise<Map<string, number>> {
  const { rows } = await database.pool.query<{ text: string }>(TEXTS);
  return new Map(rows.flatMap(({ text }) => [...shownIn(text)]));
}

/** Compares cells that have rows: a telephone number and a view have none of their own. */
function differences(wanted: ReadonlyMap<string, number>, held: ReadonlyMap<string, number>): string[] {
  const names = new Set([...held.keys(), ...[...wanted.keys()].filter((name) => !/^(phone|view)\./.test(name))]);
  return [...names]
    .filter((name) => wanted.get(name) !== held.get(name))
    .map((name) => `After the failover ${name} is ${held.get(name)}; the journal has ${wanted.get(name)}.`);
}

/** Each instance must soon answer as the permission says, and from then on. */
async function expectPermission({ ground, tally }: CheckStage, wanted: 'none' | 'granted'): Promise<void> {
  const isRight = async (address: string) => {
    const path = `/v1/projects/${GRANTED}?fields=name`;
    const { status } = await ground.ask({ address, path, headers: ground.headersFor({ user: BUYER }) });
    return (status === 200) === (wanted === 'granted');
  };
  await Promise.all(
    ground.instances.map(async ({ address }) => {
      // A grant may be late by the bound. The loss of one is not: the bound has passed.
      const graceUntil = performance.now() + (wanted === 'granted' ? 2 * BOUND_MS : 0);
      for (const until = performance.now() + 3 * BOUND_MS; performance.now() < until; await rest(20)) {
        const sentAt = performance.now();
        if (!(await isRight(address)) && sentAt >= graceUntil) {
          tally.failures.push(`${address} answers otherwise than the permission says, which is "${wanted}".`);
          return;
        }
      }
    }),
  );
}

/** The replica has commits that the new primary lacks: it cannot follow that, and no instance may read it. */
async function expectDiverged({ ground, tally }: CheckStage, ahead: Replica, heir: Standby): Promise<void> {
  const old = await ahead.life();
  const until = performance.now() + PATIENCE_MS;
  while ((await lifeOf(heir.url)) === old && performance.now() < until) await rest(20);
  const readBefore = await provedOn(ground, ahead);
  await ahead.follow(conninfoOf(heir.url));
  await rest(REJOIN_MS);
  const [present, now] = [await lifeOf(heir.url), await ahead.life()];
  if (present === old) tally.failures.push('No instance has named the life of the new primary.');
  if (now !== old) tally.failures.push(`A replica with lost commits follows the new primary.`);
  const readAfter = await provedOn(ground, ahead);
  if (readAfter !== readBefore)
    tally.failures.push(`Instances believed ${readAfter - readBefore} answers of a replica with lost commits.`);
}

/** The reads on a replica that instances have believed. */
async function provedOn({ ask, instances }: Ground, { name }: Replica): Promise<number> {
  const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
  const replies = await Promise.all(instances.map(({ address }) => ask({ address, path: '/metrics', headers })));
  const lines = replies.flatMap(({ body }) => body.split('\n'));
  const proved = lines.filter(
    (line) =>
      line.startsWith('hotpath_standby_reads_total{') &&
      line.includes(`standby="${name}"`) &&
      line.includes('outcome="proved"'),
  );
  return proved.reduce((sum, line) => sum + Number(/\} (\d+)/.exec(line)![1]), 0);
}
