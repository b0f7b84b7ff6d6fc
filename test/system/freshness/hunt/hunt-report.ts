/** The report of the hunt: the comparisons, the first differences, and a summary in one line. */
import type { Reply } from '../client.ts';
import type { HuntOptions, HuntOutcome, StaleAnswer } from './hunt.ts';

const SHOWN = 5;
/** Of a body, around the first character that differs. */
const CONTEXT = 40;

export function huntMeasured(outcome: HuntOutcome, { boundMs, writes }: HuntOptions): string[] {
  const { paths, compared, hits, undecided, written, rows, delays } = outcome;
  const sorted = [...delays].sort((one, other) => one - other);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
  const delay = [at(0.5), at(0.99), at(1)].map((ms) => ms.toFixed(1));
  const shown = Object.entries({
    pages: paths.length > SHOWN ? paths.length : paths.join(' '),
    'answers compared': `${compared}, ${hits} of them from a cache`,
    'not decided': `${undecided} (the page changed meanwhile)`,
    bound: `${boundMs} ms`,
    ...(writes.length > 0 && { writes: `${written}, of which ${delays.length} changed a page` }),
    ...(rows !== undefined && { 'rows changed': `${rows} in the whole database` }),
    ...(delays.length > 0 && { 'commit to invisible': `${delay[0]} ms p50, ${delay[1]} ms p99, ${delay[2]} ms worst` }),
  });
  return shown.map(([name, value]) => `${name.padEnd(22)}${value}`);
}

/** The faults; empty if all is right. */
export function huntComplaints({ compared, hits, differences, failures, ...outcome }: HuntOutcome, isWriting: boolean) {
  const said = [
    ...differences.slice(0, SHOWN).map(described),
    ...failures.slice(0, SHOWN).map((one) => `Failed: ${one}`),
  ];
  const more = differences.length + failures.length - said.length;
  return [
    ...said,
    ...(more > 0 ? [`And ${more} more.`] : []),
    ...(compared === 0 ? ['No answer could be compared.'] : []),
    ...(compared > 0 && hits === 0 ? ['No answer came from a cache, so nothing was put to the test.'] : []),
    ...(isWriting && outcome.delays.length === 0 ? ['No write changed what a page shows.'] : []),
  ];
}

export function huntSummary({ differences, failures, compared, written }: HuntOutcome): string {
  const backward = differences.filter(({ isBackward }) => isBackward).length;
  return `${differences.length} stale, ${backward} backward, ${failures.length} failed in ${compared} comparisons, ${written} writes`;
}

function described({ path, cached, uncached, afterMs, isBackward }: StaleAnswer): string {
  const from = firstDifference(cached.body, uncached.body);
  return [
    `Stale${isBackward ? ' and backward' : ''}: GET ${path}`,
    `  past the cache, ${afterMs.toFixed(0)} ms before and again after: ${excerpt(uncached, from)}`,
    `  from the cache (${cached.cacheStatus ?? 'no Cache-Status'}): ${excerpt(cached, from)}`,
  ].join('\n');
}

function firstDifference(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}

function excerpt({ status, body }: Reply, at: number): string {
  const from = Math.max(0, at - CONTEXT);
  const to = at + CONTEXT;
  return `${status} ${from > 0 ? '…' : ''}${body.slice(from, to)}${to < body.length ? '…' : ''}`;
}
