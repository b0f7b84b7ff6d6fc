/**
 * Health: `/healthz` shows that the process answers; `/readyz` shows whether it should get requests, and the result of
 * each check. It should not while it is draining, while its memory is being filled, while the database is away, or
 * after a check has failed.
 */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { requestError } from '../../../http/errors.ts';
import { PROBLEM_MEDIA_TYPE } from '../../../http/problem.ts';
import { requestErrorOf } from '../../edge/known-errors.ts';
import { problemFor, sendProblem } from '../../edge/problems.ts';
import { hotpathOf } from '../../instance.ts';
import { type CheckOptions, checksOf } from './checks.ts';
import { type CheckState, type Readiness, ReadinessChecks } from './readiness.ts';

export interface HealthOptions extends CheckOptions {
  /** Whether the process is about to end, so that it should get no more requests; `connections` knows. */
  readonly isDraining?: () => boolean;
}

const NOT_KEPT = ['cache-control', 'no-store'] as const;

export const health = fp<HealthOptions>(
  async (app, { isDraining = () => false, ...options }) => {
    let readiness: ReadinessChecks | undefined;
    let logged = '';
    app.addHook('onReady', async () => {
      readiness = new ReadinessChecks(checksOf(app, options));
    });
    app.get('/healthz', { config: { budget: 0, unlimited: true } }, async (_request, reply) => {
      return reply.header(...NOT_KEPT).send({ status: 'ok' });
    });
    app.get('/readyz', { config: { budget: STATEMENTS, unlimited: true } }, async (request, reply) => {
      if (isDraining()) return sendProblem(SHUTTING_DOWN(), request, reply);
      if (hotpathOf(app)?.isWarm() === false) return sendProblem(WARMING_UP(), request, reply);
      const found = await readiness!.check();
      const complaint = complaintOf(found.checks);
      if (complaint !== logged) app.log[complaint ? 'warn' : 'info'](complaint || 'Every check of readiness passes.');
      logged = complaint;
      return answer(found, request, reply);
    });
  },
  { name: 'hotpath-health' },
);

/** One for each check that queries the database. */
const STATEMENTS = 7;

const SHUTTING_DOWN = () => requestError('shuttingDown', 'This process is shutting down.');
const WARMING_UP = () => requestError('warmingUp', 'This process is filling its memory.');

function answer({ checks, error }: Readiness, request: FastifyRequest, reply: FastifyReply) {
  const failures = checks.filter(({ state }) => state === 'failed');
  if (failures.length === 0 && error === undefined) {
    return reply.header(...NOT_KEPT).send({ status: 'ready', checks });
  }
  const problem =
    error === undefined ? requestError('notReady', complaintOf(failures)) : requestErrorOf(error as FastifyError);
  return reply
    .code(problem.statusCode!)
    .header('content-type', PROBLEM_MEDIA_TYPE)
    .header('retry-after', '1')
    .header(...NOT_KEPT)
    .send(JSON.stringify({ ...problemFor(problem, request), checks }));
}

const complaintOf = (checks: readonly CheckState[]): string =>
  checks.flatMap(({ name, detail }) => (detail === undefined ? [] : `Check of ${name}: ${detail}`)).join(' ');
