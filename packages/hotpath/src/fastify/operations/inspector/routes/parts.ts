/** The parts that the routes of the inspector share. */
import type pg from 'pg';
import { requestError } from '../../../../http/errors.ts';
import type { Recorder } from '../../../../inspector/recorder.ts';
import type { ObservationPort } from '../../../../observation/observation-port.ts';

export interface InspectorParts {
  readonly recorder: Recorder;
  readonly port: ObservationPort;
  readonly traceUrl: string | undefined;
}

/** The pool that the inspector itself asks. @throws 404 where the server counts the statements of none. */
export function poolOf({ port }: InspectorParts): pg.Pool {
  const [pool] = port.pools;
  if (!pool) throw requestError('notFound', 'The inspector knows no pool: give one to `budgets`.');
  return pool;
}

/** Options of a route of the inspector: its statements are of no budget of the service, and no document describes it. */
export const OWN_ROUTE = {
  config: { budget: 20, repeated: Number.POSITIVE_INFINITY, unlimited: true, ownToken: true, isInspector: true },
  schema: { hide: true },
} as const;
