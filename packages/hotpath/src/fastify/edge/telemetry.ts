/**
 * Traces in the service: which trace each request is in, and its span, if it is sampled.
 *
 * Every request has a trace id, its caller's or a new one. It stands in the reply (`x-trace-id`) and in each log line of
 * the request, sampled or not. Whether it is sampled is decided here, before there is any span; what is sampled carries
 * its span in the ledger, and the request that is not carries nothing more than its id. Whom the service lets may have a
 * request traced by `x-trace: 1`: who asks is known a little later, so its span begins in the past.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Overrun } from '../../budget/budget.ts';
import type {} from '../../budget/budgets.ts';
import { outcomeAttributes } from '../../cache/spans.ts';
import { originOf } from '../../telemetry/origin.ts';
import { Span } from '../../telemetry/span.ts';
import { isSampled, startRoot, type Tracing } from '../../telemetry/tracing.ts';
import type {} from '../route-config.ts';
import { requestErrorOf } from './known-errors.ts';

export interface TelemetryOptions {
  /** Where the spans of requests go; without it requests have a trace id, and no spans. */
  readonly tracing?: Tracing | undefined;
}

/** Gives each request a trace id, and its span if it is sampled. Register it right behind `budgets`. */
export const telemetry = fp<TelemetryOptions>(
  async (app, { tracing }) => {
    app.addHook('onRequest', (request, reply, done) => {
      const { traceId, caller, isLocal } = originOf(request.raw);
      reply.header('x-trace-id', traceId);
      request.ledger.traceId = traceId;
      if (!isLocal) request.ledger.span = undefined;
      request.ledger.incoming ??= request.headers;
      // Nobody wants to see each probe of an operator.
      const isAsked = caller !== undefined || !request.routeOptions.config.unlimited;
      const isTraced = isLocal ? caller!.sampled : isAsked && isSampled(tracing, traceId, caller);
      if (tracing && isTraced) trace(tracing, request, reply);
      done();
    });
    app.addHook('onError', (request, _reply, error, done) => {
      const { statusCode = 500, code } = requestErrorOf(error);
      const { span } = request.ledger;
      if (statusCode >= 500 && span instanceof Span) span.fail(code);
      done();
    });
  },
  { name: 'hotpath-telemetry', dependencies: ['hotpath-budget'] },
);

export interface TraceOnDemandOptions {
  /** Where the spans of requests go: the same that `telemetry` has. */
  readonly tracing?: Tracing | undefined;
  /** Whether who asks may have the request traced. */
  readonly mayTrace: (request: FastifyRequest) => boolean;
}

/** Right behind the viewer. */
export const traceOnDemand = fp<TraceOnDemandOptions>(
  async (app, { tracing, mayTrace }) => {
    if (!tracing) return;
    app.addHook('onRequest', (request, reply, done) => {
      const isAsked = request.headers['x-trace'] === '1' && !request.ledger.span;
      if (isAsked && mayTrace(request)) trace(tracing, request, reply);
      done();
    });
  },
  { name: 'hotpath-trace-on-demand', dependencies: ['hotpath-telemetry'] },
);

function trace(tracing: Tracing, request: FastifyRequest, reply: FastifyReply): void {
  const { method, routeOptions, ledger } = request;
  const { traceId, spanId, caller, isLocal } = originOf(request.raw);
  const route = routeOptions.url;
  const span = startRoot(tracing, {
    name: route === undefined ? method : `${method} ${route}`,
    kind: 'server',
    traceId,
    spanId,
    parentId: caller?.spanId,
    hasLocalParent: isLocal,
    at: performance.now() - reply.elapsedTime,
  });
  ledger.span = span;
  reply.raw.once('close', () => finish(span, request, reply));
}

/** Once the reply is out, or its client gone. */
function finish(span: Span, request: FastifyRequest, { raw }: FastifyReply): void {
  const { ledger, overrun, served, routeOptions } = request;
  const { statusCode: status, writableEnded: isWhole } = raw;
  if (overrun) tellOverrun(span, overrun);
  if (isWhole && status >= 500 && span.failure === undefined) span.fail(String(status));
  span.end({
    ...(served && outcomeAttributes(served.tier, served.outcome)),
    'http.request.method': request.method,
    'http.route': routeOptions.url,
    'http.response.status_code': isWhole ? status : undefined,
    // Without the query, which may name people.
    'url.path': request.url.split('?', 1)[0]!,
    'url.scheme': request.protocol,
    'server.address': request.hostname,
    'hotpath.request_id': request.id,
    'hotpath.statements': ledger.statements,
    'hotpath.budget': routeOptions.config.budget,
    'hotpath.n_plus_one': overrun !== undefined && overrun.repeated.length > 0,
    'hotpath.aborted': isWhole ? undefined : true,
  });
}

function tellOverrun(span: Span, { statements, budget, repeated }: Overrun): void {
  if (statements > budget) span.event('hotpath.over_budget', { 'hotpath.statements': statements });
  for (const { statement, times, sites } of repeated) {
    span.event('hotpath.n_plus_one', {
      'db.query.text': statement,
      'hotpath.times': times,
      'code.locations': sites.size > 0 ? [...sites].join('\n') : undefined,
    });
  }
}
