/** Freshness in a server: the tables that triggers watch, and the follower of the log of their changes. */
import type { FastifyInstance } from 'fastify';
import type { Gap } from '../../freshness/coverage.ts';
import type { FollowerOptions, FollowerState } from '../../freshness/follower.ts';
import { openFollower } from '../../freshness/log-follower.ts';
import { isNotifying } from '../../freshness/notify.ts';
import { watch } from '../../freshness/watched.ts';
import { portOf } from '../../observation/port-of.ts';
import { connectionOf } from '../../session/connection.ts';
import type { Freshness, ReadParts } from '../instance.ts';

/** The options of the follower. */
export interface FreshnessOptions {
  /** How often the follower polls for changes while the process serves cached answers, in milliseconds; 20 without it. */
  readonly pollMs?: number;
  /**
   * The highest age of the last reading of the log, in milliseconds; 200 without it. Past it the cache catches up, or
   * is bypassed.
   */
  readonly boundMs?: number;
  /**
   * How long the follower keeps its connection, in milliseconds; 5000 without it. A new connection notices that the
   * address has moved.
   */
  readonly connectionMs?: number;
  /**
   * Whether the follower also listens for notifications (`npx hotpath notify on`). It does not work through a pooler in
   * transaction mode.
   * @defaultValue `false`
   */
  readonly listen?: boolean;
}

/** The options of the service, and whether it has standbys. */
export interface FollowOptions extends FreshnessOptions, Pick<FollowerOptions, 'namesLife'> {}

const DEFAULT_BOUND_MS = 200;

/** @param reading its pool leads to the database that the follower follows. */
export function followChanges(app: FastifyInstance, reading: ReadParts, options: FollowOptions): Freshness {
  const { pool } = reading;
  const { boundMs = DEFAULT_BOUND_MS } = options;
  const watched = watch(reading.resources);
  let gaps: readonly Gap[] | undefined;
  const follower = openFollower({
    connection: connectionOf(pool),
    ...options,
    watched,
    port: portOf(app),
    onState(state) {
      if (state.is !== 'lost') gaps = state.is === 'uncovered' ? state.gaps : [];
      logState(app, state);
    },
    onReplace: (before) => pool.replaceOlderThan(before),
  });
  app.addHook('onReady', async () => {
    follower.touch();
    await follower.catchUp(Math.min(boundMs, LONGEST_START_MS));
  });
  if (options.listen) app.addHook('onReady', () => expectNotify(app, reading));
  app.addHook('onClose', () => follower.close());
  return { watched, follower, gaps: () => gaps };
}

/** The process starts anyway, and meanwhile reads everything from the database. */
const LONGEST_START_MS = 5000;

/** Warns if the service listens but the database does not notify. */
async function expectNotify({ log }: FastifyInstance, { pool }: ReadParts): Promise<void> {
  // If the database is away, the follower reports it.
  const isOn = await isNotifying(pool).catch(() => true);
  if (!isOn) log.warn('The service listens for changes, but the database does not notify: `npx hotpath notify on`.');
}

function logState({ log }: FastifyInstance, state: FollowerState): void {
  if (state.is === 'following') log.info('The cache follows the database.');
  else if (state.is === 'lost')
    log.warn({ err: state.error }, 'The cache lost its connection to the database and bypasses itself.');
  else
    log.error(
      `Not every change is logged, so the cache bypasses itself. ${state.gaps.map(({ reason }) => reason).join(' ')}`,
    );
}
