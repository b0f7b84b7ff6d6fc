/** Freshness in a server: what is watched for changes, and the follower of the log that they are written to. */
import type { FastifyInstance } from 'fastify';
import type { Gap } from '../../freshness/coverage.ts';
import type { FollowerState } from '../../freshness/follower.ts';
import { openFollower } from '../../freshness/log-follower.ts';
import { isNotifying } from '../../freshness/notify.ts';
import { watch } from '../../freshness/watched.ts';
import { portOf } from '../../observation/port-of.ts';
import { connectionOf } from '../../session/connection.ts';
import type { Freshness, ReadParts } from '../instance.ts';

/** How changes are followed. */
export interface FreshnessOptions {
  /** How often the follower polls for changes while the process serves cached answers, in milliseconds; 20 without it. */
  readonly pollMs?: number;
  /** How old the knowledge of changes may be, in milliseconds; 200 without it. Past it the cache catches up, or is bypassed. */
  readonly boundMs?: number;
  /** How long the connection that follows changes is kept, in milliseconds; 5000 without it. The address may move meanwhile. */
  readonly connectionMs?: number;
  /**
   * Whether changes are listened for as well (`npx hotpath notify on`); not through a pooler in transaction mode.
   * @defaultValue `false`
   */
  readonly listen?: boolean;
}

const DEFAULT_BOUND_MS = 200;

/** @param reading whose pool leads to the database that is followed. */
export function followChanges(app: FastifyInstance, reading: ReadParts, options: FreshnessOptions): Freshness {
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
      tell(app, state);
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

/** The process starts all the same, and reads everything from the database meanwhile. */
const LONGEST_START_MS = 5000;

/** Says so if nobody will tell what is listened for. */
async function expectNotify({ log }: FastifyInstance, { pool }: ReadParts): Promise<void> {
  // If the database is away, the follower says so.
  const isOn = await isNotifying(pool).catch(() => true);
  if (!isOn) log.warn('The service listens for changes, but the database does not notify: `npx hotpath notify on`.');
}

function tell({ log }: FastifyInstance, state: FollowerState): void {
  if (state.is === 'following') log.info('The cache follows the database.');
  else if (state.is === 'lost')
    log.warn({ err: state.error }, 'The cache lost its connection to the database and bypasses itself.');
  else
    log.error(
      `Not every change is logged, so the cache bypasses itself. ${state.gaps.map(({ reason }) => reason).join(' ')}`,
    );
}
