/** The library's tracer: a team's own span in the trace of the request or job that runs. */
import { currentSpan, within } from './context.ts';
import { failureType } from './failure-type.ts';
import type { Attributes, Span } from './span.ts';

/** Options of `step`. */
export interface StepOptions {
  /** The span's name: one of few values, without ids. */
  readonly name: string;
  /** Attributes that are known at the start. */
  readonly attributes?: Attributes;
}

/**
 * Runs a part of the work as a span. If the request or job is not sampled, there is no span and no cost. The span fails if
 * the work rejects.
 * @param work gets the span, for more attributes and events; nothing if there is none.
 */
export async function step<T>(options: StepOptions, work: (span: Span | undefined) => Promise<T>): Promise<T> {
  const span = currentSpan()?.child(options.name, 'internal', options.attributes && { ...options.attributes });
  if (!span) return work(undefined);
  try {
    return await within(span, () => work(span));
  } catch (error) {
    span.fail(failureType(error));
    throw error;
  } finally {
    span.end();
  }
}
