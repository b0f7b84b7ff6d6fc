/** The link patterns of Jaeger's pages, filled in as the pages do it: by tags of the span, or by what the trace is. */
import type { JaegerTrace } from './query-api.ts';

export interface LinkPattern {
  readonly type: 'traces' | 'tags';
  /** The tag beside which it stands. */
  readonly key?: string;
  readonly url: string;
  readonly text: string;
}

/** The links that a page of the trace has by this pattern. One with an unknown name would not be shown. */
export function linksOf({ type, key, url }: LinkPattern, { traceID, spans }: JaegerTrace): string[] {
  const startTime = Math.min(...spans.map((span) => span.startTime));
  const endTime = Math.max(...spans.map((span) => span.startTime + span.duration));
  const trace = { traceID, startTime, endTime };
  if (type === 'traces') return [filled(url, trace)];
  const ofTrace = Object.fromEntries(Object.entries(trace).map(([name, value]) => [`trace.${name}`, value]));
  return spans
    .map(({ tags }) => Object.fromEntries(tags.map((tag) => [tag.key, tag.value])))
    .filter((tags) => key! in tags)
    .map((tags) => filled(url, { ...ofTrace, ...tags }));
}

const PLACEHOLDER = /#\{([\w.]+)(?: \| (\w+))?\}/g;

const filled = (url: string, values: Readonly<Record<string, unknown>>): string =>
  url.replaceAll(PLACEHOLDER, (_match, name: string, change?: string) =>
    encodeURIComponent(String(changed(values[name], change))),
  );

function changed(value: unknown, change: string | undefined): unknown {
  if (change === undefined) return value;
  if (change === 'epoch_micros_to_date_iso') return new Date(Number(value) / 1000).toISOString();
  throw new Error(`Jaeger's pages know no ${change}.`);
}
