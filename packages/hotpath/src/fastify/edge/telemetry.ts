/**
 * Traces in the service: the trace of each request, and its span if it is sampled.
 *
 * Every request has a trace id, its caller's or a new one. The reply (`x-trace-id`) and each log line of the request
 * contain it, sampled or not. This file decides whether the request is sampled, before any span exists. A sampled
 * request carries its span in the ledger; any other request carries only its id. Permitted viewers may have a request
 * traced by `x-trace: 1`. The viewer is known a little later, so that span begins in the past.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { Overrun } from '../../budget/budget.ts';
import type {} from '../../budget/budgets.ts';
import { originOf } from '../../telemetry/origin.ts';
import { Span } from '../../telemetry/span.ts';
import { isSampled, startRoot, type Tracing } from '../../telemetry/tracing.ts';
import type {} from '../route-config.ts';
import { requestErrorOf } from './known-errors.ts';
import { RequestAttributes } from './request-attributes.ts';

export interface TelemetryOptions {
  /** The destination of the spans of requests; without it requests have a trace id, and no spans. */
  readonly tracing?: Tracing | undefined;
}

/** Gives each request a trace id, and its span if it is sampled. Register it directly after `budgets`. */
export const telemetry = fp<TelemetryOptions>(
  async (app, { tracing }) => {
    const tracer = tracing && new RequestTracer(tracing);
    app.addHook('onRequest', (request, reply, done) => {
      const { traceId, caller, isLocal } = originOf(request.raw);
      reply.header('x-trace-id', traceId);
      request.ledger.traceId = traceId;
      if (!isLocal) request.ledger.span = undefined;
      request.ledger.incoming ??= request.headers;
      // The probes of operators would fill the traces.
      const isAsked = caller !== undefined || !request.routeOptions.config.unlimited;
      const isTraced = isLocal ? caller!.sampled : isAsked && isSampled(tracing, traceId, caller);
      if (isTraced) tracer?.begin(request, reply);
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
  /** Whether the client may have this request traced by `x-trace: 1`. */
  readonly mayTrace: (request: FastifyRequest) => boolean;
}

/** Traces requests with `x-trace: 1` of permitted viewers. Register it directly after the hook that sets the viewer. */
export const traceOnDemand = fp<TraceOnDemandOptions>(
  async (app, { tracing, mayTrace }) => {
    if (!tracing) return;
    const tracer = new RequestTracer(tracing);
    app.addHook('onRequest', (request, reply, done) => {
      const isAsked = request.headers['x-trace'] === '1' && !request.ledger.span;
      if (isAsked && mayTrace(request)) tracer.begin(request, reply);
      done();
    });
  },
  { name: 'hotpath-trace-on-demand', dependencies: ['hotpath-telemetry'] },
);

/** The spans of requests. */
class RequestTracer {
  readonly #tracing: Tracing;
  readonly #attributes = new RequestAttributes();

  constructor(tracing: Tracing) {
    this.#tracing = tracing;
  }

  begin(request: FastifyRequest, reply: FastifyReply): void {
    const { method, routeOptions, ledger } = request;
    const { traceId, spanId, caller, isLocal } = originOf(request.raw);
    const route = routeOptions.url;
    const span = startRoot(this.#tracing, {
      name: route === undefined ? method : `${method} ${route}`,
      kind: 'server',
      traceId,
      spanId,
      parentId: caller?.spanId,
      hasLocalParent: isLocal,
      at: performance.now() - reply.elapsedTime,
    });
    ledger.span = span;
    // Node.js emits it once.
    reply.raw.on('close', () => this.#end(span, request, reply));
  }

  /** Called once the reply is out, or the client has left. */
  #end(span: Span, request: FastifyRequest, reply: FastifyReply): void {
    const { overrun, url, id } = request;
    const { statusCode: status, writableEnded: isWhole } = reply.raw;
    if (overrun) addOverrun(span, overrun);
    if (isWhole && status >= 500 && span.failure === undefined) span.fail(String(status));
    // Without the query, which may contain names of people.
    const queryAt = url.indexOf('?');
    const own = { 'url.path': queryAt < 0 ? url : url.slice(0, queryAt), 'hotpath.request_id': id };
    span.end(own, this.#attributes.of(request, reply));
  }
}

function addOverrun(span: Span, { statements, budget, repeated }: Overrun): void {
  if (statements > budget) span.event('hotpath.over_budget', { 'hotpath.statements': statements });
  for (const { statement, times, sites } of repeated) {
    span.event('hotpath.n_plus_one', {
      'db.query.text': statement,
      'hotpath.times': times,
      'code.locations': sites.size > 0 ? [...sites].join('\n') : undefined,
    });
  }
}
