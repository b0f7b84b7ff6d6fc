/** Traffic to replay, from whatever file it was read. */

/** The viewer of a recorded request. */
export interface TrafficViewer {
  readonly role: string;
  readonly subject: string;
}

/** A GET request to send again. */
export interface TrafficRequest {
  /** When it came, in milliseconds since the first one of the file. */
  readonly at: number;
  /** Path and query. */
  readonly path: string;
  /** The pattern of its route; guessed where the file does not name it. */
  readonly route: string;
  /** Undefined for a request without credentials, or with credentials that name no viewer. */
  readonly viewer: TrafficViewer | undefined;
  /** Without credentials and without headers of one connection. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers with the credentials that a foreign file holds. */
  readonly credentials: Readonly<Record<string, string>>;
  /** The reply when it was recorded, if the file has it. */
  readonly recorded: RecordedReply | undefined;
}

export interface RecordedReply {
  readonly status: number;
  readonly ms: number | undefined;
  readonly statements: number | undefined;
}

/** The requests of a file. */
export interface RecordedTraffic {
  /** The earliest first. */
  readonly requests: readonly TrafficRequest[];
  /** Requests that were left out, with the reason, in sentences. */
  readonly notes: readonly string[];
}

/** The replay cannot begin or go on; the message is for the user. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
}

/** Requests in the order of their time, which begins with 0. */
export function inOrder(requests: readonly TrafficRequest[]): TrafficRequest[] {
  const sorted = [...requests].sort((one, other) => one.at - other.at);
  const first = sorted[0]?.at ?? 0;
  return sorted.map((request) => ({ ...request, at: request.at - first }));
}

const ID = /^(?:\d+|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[\da-f]{24,})$/i;

/** A pattern for a path of unknown route: `/users/:id` for `/users/7?fields=name`. */
export function guessedRoute(path: string): string {
  const segments = path.split('?', 1)[0]!.split('/');
  return segments.map((segment) => (ID.test(segment) ? ':id' : segment)).join('/');
}
