/** The library's tracer: a step of a team's own in the trace of the request or job that takes it. */
import { currentSpan, within } from './context.ts';
import type { Attributes, Span } from './span.ts';

/** What a step is called, and what is told of it. */
export interface StepOptions {
  /** One of few: no ids. */
  readonly name: string;
  readonly attributes?: Attributes;
}

/**
 * Does a part of the work as a span. Where the request or the job is not sampled there is no span, and the work costs
 * what it costs by itself.
 * @param work gets the span, to tell more of it.
 */
export async function step<T>(options: StepOptions, work: (span: Span | undefined) => Promise<T>): Promise<T> {
  const span = currentSpan()?.child(options.name, 'internal', options.attributes && { ...options.attributes });
  if (!span) return work(undefined);
  try {
    return await within(span, () => work(span));
  } catch (error) {
    span.fail(typeOf(error));
    throw error;
  } finally {
    span.end();
  }
}

/** Of few values, and without what was asked. */
const typeOf = (error: unknown): string =>
  error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.name) : typeof error;
