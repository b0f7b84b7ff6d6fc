/**
 * The file of `hotpath record`: one JSON document a line. The first line describes the recording, each other line is one
 * GET request, with its viewer instead of its token.
 *
 *     {"schema":"hotpath-recording","version":1,"recordedAt":"2026-11-29T06:00:00.000Z","from":"http://127.0.0.1:3000"}
 *     {"at":0,"path":"/v1/products?limit=2","route":"/v1/products","role":"user","subject":"7","status":200,"ms":1.2,"statements":1}
 */
import type { TappedRequest } from './traffic-tap.ts';

export const RECORDING_SCHEMA = 'hotpath-recording';
/** A reader refuses a file of a higher version. */
export const RECORDING_VERSION = 1;

/** The first line of a recording. */
export interface RecordingHeader {
  readonly schema: typeof RECORDING_SCHEMA;
  readonly version: number;
  /** ISO 8601. */
  readonly recordedAt: string;
  /** The origin of the recorded service. */
  readonly from: string;
}

/** A line of a recording. */
export interface RecordedRequest {
  /** When the request came, in milliseconds since `recordedAt`. */
  readonly at: number;
  /** Path and query. */
  readonly path: string;
  /** The pattern of the route; empty for a path that has none. */
  readonly route: string;
  /** The viewer's role; missing for the public. */
  readonly role?: string;
  /** The viewer's subject; missing for the public. */
  readonly subject?: string;
  /** Request headers that may change the answer. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly ms: number;
  readonly statements: number;
}

export const recordingHeader = (from: string, startedAt: number): RecordingHeader => ({
  schema: RECORDING_SCHEMA,
  version: RECORDING_VERSION,
  recordedAt: new Date(startedAt).toISOString(),
  from,
});

/** @param startedAt milliseconds since 1970. */
export function recordedRequest(tapped: TappedRequest, startedAt: number): RecordedRequest {
  const { path, route, viewer, headers, status, statements } = tapped;
  return {
    // The clock of `at` has whole milliseconds.
    at: Math.max(0, rounded(tapped.at - startedAt)),
    ...{ path, route },
    ...viewer,
    ...(Object.keys(headers).length > 0 && { headers }),
    ...{ status, ms: rounded(tapped.ms), statements },
  };
}

/** To a hundredth of a millisecond. */
const rounded = (ms: number): number => Math.round(ms * 100) / 100;
