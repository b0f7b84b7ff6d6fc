/** `traceparent`, the header of W3C Trace Context: which trace, which span of it asks, and whether that one is sampled. */

export interface Traceparent {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

const FORMAT = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-.*)?$/;
/** The one version that is defined ends after its flags. */
const FIRST_VERSION = /^00.{53}$/;
const SAMPLED = 1;

/** @returns undefined for an invalid `traceparent`. */
export function parseTraceparent(header: unknown): Traceparent | undefined {
  if (typeof header !== 'string') return undefined;
  const [, traceId, spanId, flags] = FORMAT.exec(header) ?? [];
  if (!traceId || !spanId || (header.startsWith('00') && !FIRST_VERSION.test(header))) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags!, 16) & SAMPLED) === SAMPLED };
}

export const formatTraceparent = ({ traceId, spanId, sampled }: Traceparent): string =>
  `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
