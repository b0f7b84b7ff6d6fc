/** The link patterns of Jaeger's pages, filled in like the pages do it: from tags of the span, or from values of the trace. */
import type { JaegerTrace } from './query-api.ts';

export interface LinkPattern {
  readonly type: 'traces' | 'tags';
  /** The tag that has the link. */
  readonly key?: string;
  readonly url: string;
  readonly text: string;
}

/** The links that a page of the trace has by this pattern. Jaeger shows no link with an unknown name. */
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
  throw new Error(`Jaeger's pages do not know ${change}.`);
}
