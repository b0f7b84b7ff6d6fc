/** The report of the check: the measurements, the faults, and a summary in one line. */
import { BOUND_MS } from './bounds.ts';
import { type Outcome, wrongIn } from './check.ts';
import type { StandbyShare } from './replicas.ts';

/** Without faults so many reads are answered from the cache. */
const HIT_RATE = 0.8;
/** Without faults a write is seen within this time, 99 times of 100. */
const SOON_MS = 50;
/** No turn of an instance's event loop computes longer. */
const LONGEST_TURN_MS = 100;
const SHOWN = 10;

export function measured(outcome: Outcome, seed: number): string[] {
  const { reads, hits, writes, faults, lost, compared, delay, pauses } = outcome;
  const shown = Object.entries({
    seed,
    reads,
    hits: `${hits} (${((100 * hits) / reads).toFixed(1)}%)`,
    writes,
    faults,
    ...(lost > 0 && { 'lost by failovers': `${lost} writes` }),
    'compared with the database': compared,
    ...(outcome.standbyReads && { 'answered by standbys': shareOf(outcome.standbyReads) }),
    'commit to invisible, p50': `${delay.p50.toFixed(1)} ms`,
    'commit to invisible, p99': `${delay.p99.toFixed(1)} ms`,
    'commit to invisible, worst': `${delay.worst.toFixed(1)} ms (bound: ${BOUND_MS} ms)`,
    'longest turn, CPU time': `${pauses.cpuMs} ms after ${pauses.fault ?? 'no fault'} (bound: ${LONGEST_TURN_MS} ms)`,
    'latest timer': `${pauses.delayMs} ms (other processes delay it, too)`,
  });
  return shown.map(([name, value]) => `${name.padEnd(28)}${value}`);
}

function shareOf({ misses, outcomes: { proved = 0, ...others } }: StandbyShare): string {
  const unused = Object.entries(others).map(([outcome, count]) => `${count} ${outcome}`);
  const asked = Object.values(others).reduce((sum, count) => sum + count, proved);
  const share = ((100 * proved) / Math.max(asked, 1)).toFixed(1);
  return `${proved} of ${asked} reads (${share}%); by the primary: ${unused.join(', ')}; misses: ${misses}`;
}

/** The faults; empty if all is right. */
export function complaints(outcome: Outcome, faults: readonly string[]): string[] {
  const { reads, hits, writes, stale, backward, failures, delay, pauses, logged } = outcome;
  const isUndisturbed = faults.length === 0;
  return [
    ...first(stale.map((each) => `Stale: ${JSON.stringify(each)}`)),
    ...first(backward.map((each) => `Backward: ${JSON.stringify(each)}`)),
    ...first(failures.map((each) => `Failed: ${each}`)),
    ...(failures.length > 0 ? logged.map((each) => `Logged: ${each}`) : []),
    ...(writes === 0 || reads === 0 ? ['Nothing was written, or nothing was read.'] : []),
    ...(isUndisturbed && !(hits > HIT_RATE * reads) ? [`Fewer than ${100 * HIT_RATE}% of the reads were hits.`] : []),
    ...(isUndisturbed && delay.p99 >= SOON_MS ? [`Of 100 writes one was unseen for ${SOON_MS} ms or more.`] : []),
    ...(pauses.cpuMs > LONGEST_TURN_MS ? [`One turn of the event loop computed for ${pauses.cpuMs} ms.`] : []),
  ];
}

function first(lines: readonly string[]): string[] {
  return [...lines.slice(0, SHOWN), ...(lines.length > SHOWN ? [`And ${lines.length - SHOWN} more.`] : [])];
}

export function summary(outcome: Outcome): string {
  const { reads, writes, faults, delay, pauses } = outcome;
  const delays = `worst delay ${delay.worst.toFixed(0)} ms, longest turn ${pauses.cpuMs} ms`;
  return `${wrongIn(outcome)} in ${reads} reads, ${writes} writes, ${faults} faults; ${delays}`;
}
