/** A request in a file that another program recorded. A replay sends some of its headers and leaves out the others. */
import { guessedRoute, type RecordedReply, type TrafficRequest, type TrafficViewer } from './recorded-traffic.ts';

export interface ForeignRequest {
  /** Milliseconds of any clock. */
  readonly at: number;
  readonly path: string;
  readonly headers: Iterable<readonly [name: string, value: string]>;
  readonly recorded: RecordedReply | undefined;
}

const CREDENTIALS = /^(?:authorization|cookie|x-api-key)$/;
/** Of one connection, of one trace, or of a cache of the client: an answer 304 has nothing to compare. */
const NOT_SENT =
  /^(?::.*|host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade.*|content-.*|accept-encoding|expect|if-.*|range|cache-control|pragma|traceparent|tracestate|baggage|x-request-id|x-forwarded-.*|forwarded|via|sec-.*|origin|referer|user-agent|priority|dnt|consistency-token)$/;

export function foreignRequest({ at, path, headers, recorded }: ForeignRequest): TrafficRequest {
  const sent: Record<string, string> = {};
  const credentials: Record<string, string> = {};
  for (const [given, value] of headers) {
    const name = given.toLowerCase();
    if (CREDENTIALS.test(name)) credentials[name] = value;
    else if (!NOT_SENT.test(name)) sent[name] = value;
  }
  const viewer = viewerOf(credentials['authorization']);
  return { at, path, route: guessedRoute(path), viewer, headers: sent, credentials, recorded };
}

/** The claims of a bearer token, which are only a hint: the replay signs a token of its own, or sends this one. */
function viewerOf(authorization: string | undefined): TrafficViewer | undefined {
  const [, payload] = /^Bearer +[\w-]+\.([\w-]+)\.[\w-]*$/i.exec(authorization ?? '') ?? [];
  if (payload === undefined) return undefined;
  try {
    const { sub, role = 'user' } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    return typeof sub === 'string' && typeof role === 'string' ? { role, subject: sub } : undefined;
  } catch {
    return undefined;
  }
}
