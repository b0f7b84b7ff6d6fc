/** Jaeger's query API, which its pages use. */

export interface JaegerTag {
  readonly key: string;
  readonly value: string | number | boolean;
}

export interface JaegerSpan {
  readonly traceID: string;
  readonly spanID: string;
  readonly operationName: string;
  readonly references: readonly { readonly refType: 'CHILD_OF' | 'FOLLOWS_FROM'; traceID: string; spanID: string }[];
  /** In microseconds, since 1970. */
  readonly startTime: number;
  /** In microseconds. */
  readonly duration: number;
  readonly tags: readonly JaegerTag[];
  readonly logs: readonly { readonly fields: readonly JaegerTag[] }[];
  readonly processID: string;
  readonly warnings: readonly string[] | null;
}

export interface JaegerTrace {
  readonly traceID: string;
  readonly spans: readonly JaegerSpan[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string; readonly tags: readonly JaegerTag[] }>>;
}

/** The fields of its search page. */
export interface Search {
  readonly operation?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** For example `500ms`. */
  readonly minDuration?: string;
}

export interface MetricPoint {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

interface MetricFamily {
  readonly metrics: readonly {
    readonly labels: readonly { readonly name: string; readonly value: string }[];
    readonly metricPoints: readonly { readonly gaugeValue: { readonly doubleValue: number } }[];
  }[];
}

const HOUR_MS = 3_600_000;

export class QueryApi {
  readonly #origin: string;
  readonly #service: string;

  constructor(port: number, service: string) {
    this.#origin = `http://127.0.0.1:${port}`;
    this.#service = service;
  }

  services = (): Promise<string[]> => this.#data('/api/services');

  operations = (): Promise<string[]> => this.#data(`/api/services/${this.#service}/operations`);

  /** @returns nothing while Jaeger has no span of the trace. */
  async trace(id: string): Promise<JaegerTrace | undefined> {
    const response = await fetch(`${this.#origin}/api/traces/${id}`);
    if (response.status === 404) return undefined;
    return ((await response.json()) as { data: JaegerTrace[] }).data[0];
  }

  find({ operation, tags, minDuration }: Search): Promise<JaegerTrace[]> {
    const now = Date.now();
    const query = new URLSearchParams({
      service: this.#service,
      start: `${(now - HOUR_MS) * 1000}`,
      end: `${(now + HOUR_MS) * 1000}`,
      limit: '1000',
      ...(operation && { operation }),
      ...(tags && { tags: JSON.stringify(tags) }),
      ...(minDuration && { minDuration }),
    });
    return this.#data(`/api/traces?${query}`);
  }

  /** The curves of the *Monitor* page. @param metric `calls`, `errors`, or `latencies` in milliseconds, of which 95% are less. */
  async monitor(metric: 'calls' | 'errors' | 'latencies'): Promise<MetricPoint[]> {
    const query = new URLSearchParams({
      service: this.#service,
      spanKind: 'server',
      groupByOperation: 'true',
      endTs: `${Date.now()}`,
      lookback: `${HOUR_MS}`,
      step: '5000',
      ratePer: '60000',
      ...(metric === 'latencies' && { quantile: '0.95' }),
    });
    const response = await fetch(`${this.#origin}/api/metrics/${metric}?${query}`);
    const { metrics = [] } = (await response.json()) as MetricFamily;
    return metrics.map(({ labels, metricPoints }) => ({
      labels: Object.fromEntries(labels.map(({ name, value }) => [name, value])),
      values: metricPoints.map(({ gaugeValue }) => gaugeValue.doubleValue).filter((value) => value > 0),
    }));
  }

  /** The configuration of its page. */
  async uiConfig(): Promise<unknown> {
    const page = await (await fetch(this.#origin)).text();
    return JSON.parse(/JAEGER_CONFIG = (\{.*\});/.exec(page)![1]!);
  }

  async #data<T>(path: string): Promise<T> {
    const response = await fetch(`${this.#origin}${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { data: T | null }).data ?? ([] as T);
  }
}
