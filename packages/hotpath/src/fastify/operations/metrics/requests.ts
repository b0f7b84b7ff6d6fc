/**
 * The metrics of each request: its time, its statements, and whether it exceeded its budget; and the count of requests
 * that could not be parsed.
 */
import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Counter } from 'prom-client';
import { Histogram, type Series } from '../../../telemetry/metrics/histogram.ts';
import { hotpathOf } from '../../instance.ts';

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const STATEMENTS = [0, 1, 2, 3, 5, 10, 20, 50, 100];
const METHODS = ['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE', 'OPTIONS'];

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts a request that reached no route because it could not be parsed. */
    countUnreadable?(status: number): void;
  }
}

/** The series of a route, which are found by numbers alone. */
interface RouteSeries {
  readonly statements: Series;
  readonly seconds: Map<number, Series>;
}

export function countRequests(app: FastifyInstance): void {
  const counted = new RequestMetrics(app);
  app.addHook('onResponse', (_request, reply, done) => {
    counted.observe(reply, reply.statusCode);
    done();
  });
  const unreadable = new Counter({
    name: 'hotpath_unreadable_requests_total',
    help: 'Requests that were refused before they had a route, because they could not be parsed or came too late.',
    labelNames: ['status_code'],
    registers: [app.metrics],
  });
  app.decorate('countUnreadable', (status) => unreadable.inc({ status_code: status }));
  if (app.hasDecorator('whenAborted')) app.whenAborted((reply) => counted.observe(reply, CLIENT_LEFT));
}

class RequestMetrics {
  readonly #app: FastifyInstance;
  readonly #countOverrun: (request: FastifyRequest) => void;
  readonly #routes = new Map<FastifyContextConfig, RouteSeries>();
  readonly #seconds = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its reply, or until its client left (499). cohort: whether its viewer is on the cache.',
    buckets: SECONDS,
  });
  readonly #statements = new Histogram({
    name: 'hotpath_statements_per_request',
    help: 'SQL statements that a request sent.',
    buckets: STATEMENTS,
  });

  constructor(app: FastifyInstance) {
    this.#app = app;
    app.metrics.registerMetric(this.#seconds.metric);
    app.metrics.registerMetric(this.#statements.metric);
    this.#countOverrun = overrunCounters(app);
  }

  observe({ request, elapsedTime }: FastifyReply, status: number): void {
    const { ledger } = request;
    const series = this.#seriesOf(request);
    series.statements.observe(ledger.statements, ledger.span?.traceId);
    this.#secondsOf(request, series, status).observe(elapsedTime / 1000, ledger.span?.traceId);
    if (request.overrun) this.#countOverrun(request);
  }

  #seriesOf({ routeOptions: { config, url } }: FastifyRequest): RouteSeries {
    let series = this.#routes.get(config);
    if (!series) {
      series = { statements: this.#statements.series({ route: routeLabel(url) }), seconds: new Map() };
      this.#routes.set(config, series);
    }
    return series;
  }

  #secondsOf(request: FastifyRequest, series: RouteSeries, status: number): Series {
    const isOn = !request.viewer || (hotpathOf(this.#app)?.isOnCache(request) ?? true);
    const key = (METHODS.indexOf(request.method) * 1000 + status) * 2 + Number(isOn);
    let found = series.seconds.get(key);
    if (!found) {
      const { method, routeOptions } = request;
      const labels = { method, route: routeLabel(routeOptions.url), status_code: status };
      found = this.#seconds.series({ ...labels, cohort: isOn ? 'cached' : 'control' });
      series.seconds.set(key, found);
    }
    return found;
  }
}

/** As in nginx: the server sent no reply, but the time of the request is known. */
const CLIENT_LEFT = 499;

/** One label for all requests without a route, whatever their path. */
const routeLabel = (url: string | undefined): string => url ?? '(no route)';

function overrunCounters({ metrics }: FastifyInstance): (request: FastifyRequest) => void {
  const registered = { labelNames: ['route'], registers: [metrics] };
  const exceeded = new Counter({
    ...registered,
    name: 'hotpath_budget_exceeded_total',
    help: 'Requests that sent more statements than their route declares, or one statement three times.',
  });
  const repeated = new Counter({
    ...registered,
    name: 'hotpath_n_plus_one_total',
    help: 'Requests that sent the same statement three times or more.',
  });
  return ({ overrun, routeOptions }) => {
    const route = routeLabel(routeOptions.url);
    exceeded.inc({ route });
    if (overrun!.repeated.length > 0) repeated.inc({ route });
  };
}
