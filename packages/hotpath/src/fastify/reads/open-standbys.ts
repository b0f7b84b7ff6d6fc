/** The standbys of a server, and what it logs of them. */
import type { FastifyInstance } from 'fastify';
import type { PoolOrUrl } from '../../budget/reading-pool.ts';
import type { Follower } from '../../freshness/follower.ts';
import type { Standby } from '../../replicas/standby.ts';
import { Standbys } from '../../replicas/standbys.ts';
import { currentCarrier } from '../../telemetry/context.ts';

export function openStandbys(app: FastifyInstance, servers: readonly PoolOrUrl[], follower: Follower): Standbys {
  const standbys = new Standbys({
    servers,
    follower,
    onState: (standby, err) => logState(app, standby, err),
    onFailedRead: (standby, err) => logFailedRead(app, standby, err),
  });
  app.addHook('onClose', () => standbys.close());
  return standbys;
}

function logState({ log }: FastifyInstance, { name: standby, state }: Standby, err: unknown): void {
  if (state === 'ready') log.info({ standby }, 'The standby answers reads.');
  else if (state === 'away') log.warn({ standby, err }, 'The standby does not answer: the primary does.');
  else if (state === 'behind') log.info({ standby }, 'The standby has not replayed the present schema yet.');
  else log.warn({ standby }, 'The server is no standby of the primary that is followed, so it answers no reads.');
}

/** The name is in the message: a logger that counts equal errors then counts those of each standby apart. */
function logFailedRead({ log }: FastifyInstance, { name: standby }: Standby, err: unknown): void {
  const { traceId: trace_id } = currentCarrier() ?? {};
  log.warn({ standby, trace_id, err }, `A read on the standby ${standby} failed: the primary answers it.`);
}
