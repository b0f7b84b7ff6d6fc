/** Freshness in the service: what is watched for changes, and the follower of the log that they are written to. */
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { Gap } from 'hotpath/freshness/coverage';
import type { Follower, FollowerState } from 'hotpath/freshness/follower';
import { openFollower } from 'hotpath/freshness/log-follower';
import { isNotifying } from 'hotpath/freshness/notify';
import { type Watched, watch } from 'hotpath/freshness/watched';
import type { Config } from '../config.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly watched: Watched;
    readonly follower: Follower;
    /** Whose changes are not all logged; undefined before the follower has looked. */
    gaps(): readonly Gap[] | undefined;
  }
}

export const freshness = fp<{ url: string; config: Config['freshness'] }>(
  async (app, { url, config }) => {
    const watched = watch(app.resources);
    let gaps: readonly Gap[] | undefined;
    const follower = openFollower({
      url,
      ...config,
      watched,
      onState(state) {
        if (state.is !== 'lost') gaps = state.is === 'uncovered' ? state.gaps : [];
        tell(app, state);
      },
      onReplace: (before) => app.pool.replaceOlderThan(before),
    });
    app.decorate('watched', watched);
    app.decorate('follower', follower);
    app.decorate('gaps', () => gaps);
    app.addHook('onReady', async () => {
      follower.touch();
      await follower.catchUp(Math.min(config.boundMs, LONGEST_START_MS));
    });
    if (config.listen) app.addHook('onReady', () => expectNotify(app));
    app.addHook('onClose', () => follower.close());
  },
  { name: 'freshness', dependencies: ['reads'] },
);

/** The process starts all the same, and reads everything from the database meanwhile. */
const LONGEST_START_MS = 5000;

/** Says so if nobody will tell what is listened for. */
async function expectNotify({ pool, log }: FastifyInstance): Promise<void> {
  // If the database is away, the follower says so.
  const isOn = await isNotifying(pool).catch(() => true);
  if (!isOn) log.warn('FRESHNESS_LISTEN is on, but the database does not notify: `npm run hotpath -- notify on`.');
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
