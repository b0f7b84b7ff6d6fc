/** A child that loads an HTTP server with autocannon. */
import autocannon from 'autocannon';
import { answerQuestions } from './child.ts';

export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Asked for in turn. */
  readonly paths: readonly string[];
}

export interface Loaded {
  readonly operations: number;
  readonly seconds: number;
  /** In milliseconds: what 95 of 100 replies took at most. */
  readonly p95: number;
}

answerQuestions({
  async load({ url, connections, seconds, headers, paths }: Load): Promise<Loaded> {
    let asked = 0;
    const setupRequest = (request: { path: string }) => ({ ...request, path: paths[asked++ % paths.length]! });
    const times: number[] = [];
    const refusals = new Map<number, number>();
    const run = autocannon({ url, connections, duration: seconds, headers, requests: [{ setupRequest }] });
    run.on('response', (_client, status, _bytes, ms) => {
      times.push(ms);
      if (status !== 200) refusals.set(status, (refusals.get(status) ?? 0) + 1);
    });
    const { errors, timeouts, duration } = await run;
    if (errors + timeouts + refusals.size > 0) {
      const statuses = [...refusals].map(([status, times]) => `${times} times ${status}`);
      throw new Error(`${url} failed: ${[`${errors} errors`, `${timeouts} timeouts`, ...statuses].join(', ')}.`);
    }
    times.sort((one, other) => one - other);
    return { operations: times.length, seconds: duration, p95: times[Math.floor(times.length * 0.95)]! };
  },
});
