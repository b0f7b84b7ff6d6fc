/** Reports the GET requests of a server to its open tap, without their secrets, and the tap to a recorder. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { openedLedger } from '../../../budget/budget-guard.ts';
import { headerWithoutSecrets, isSecretHeader, requestWithoutSecrets } from '../../../inspector/secrets.ts';
import type { LeftOutReason, TrafficTap } from '../../../replay/traffic-tap.ts';
import { PUBLIC } from '../../../resource/viewer.ts';
import { Input } from './routes/input.ts';
import { OWN_ROUTE } from './routes/parts.ts';

const HEADER_NAMES = /^[a-z][a-z\d-]{0,63}(,[a-z][a-z\d-]{0,63}){0,19}$/;

/** The place of a recorder in each process: `<instance>:<next>,…`. */
const PLACES = /^[\da-f-]{36}:\d{1,15}(,[\da-f-]{36}:\d{1,15})*$/;

/** The route that a recorder polls. */
export function addTrafficRoute(api: FastifyInstance, tap: TrafficTap): void {
  api.get('/traffic', OWN_ROUTE, async ({ query }) => {
    const input = new Input(query);
    const from = input
      .text('from', PLACES)
      ?.split(',')
      .find((place) => place.startsWith(`${tap.instance}:`));
    const headers = input.text('headers', HEADER_NAMES)?.split(',') ?? [];
    const place = from === undefined ? undefined : Number(from.slice(tap.instance.length + 1));
    return tap.poll(
      place,
      headers.filter((name) => !isSecretHeader(name)),
    );
  });
}

/** A recording has neither pages of the inspector, nor probes, nor endless streams. */
function isTraffic(request: FastifyRequest, reply: FastifyReply): boolean {
  const { isInspector, unlimited } = request.routeOptions.config;
  if (request.method !== 'GET' || isInspector || unlimited || !request.url.startsWith('/')) return false;
  return !String(reply.getHeader('content-type')).startsWith('text/event-stream');
}

/** Reports a request that has ended, if a recording may have it. */
export function tapRequest(tap: TrafficTap, request: FastifyRequest, reply: FastifyReply): void {
  if (!isTraffic(request, reply)) return;
  const { url, viewer } = request;
  const ledger = openedLedger(request);
  const ms = reply.elapsedTime;
  const leftOut = leftOutOf(request);
  tap.add({
    at: Date.now() - ms,
    path: leftOut ? '' : url,
    route: request.routeOptions.url ?? '',
    viewer: viewer && viewer.role !== PUBLIC.role ? { role: viewer.role, subject: viewer.subject ?? '' } : undefined,
    headers: leftOut ? {} : wantedHeaders(request, tap.headers),
    ...{ status: reply.statusCode, ms, statements: ledger?.statements ?? 0, leftOut },
  });
}

function leftOutOf({ url, params, routeOptions, viewer, headers }: FastifyRequest): LeftOutReason | undefined {
  const shown = requestWithoutSecrets({ url, route: routeOptions.url ?? '', parameters: params });
  if (shown.url !== url) return 'secret';
  const hasCredentials = headers.authorization !== undefined;
  return hasCredentials && (!viewer || viewer.role === PUBLIC.role) ? 'credentials' : undefined;
}

function wantedHeaders({ headers }: FastifyRequest, names: readonly string[]): Record<string, string> {
  const wanted: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (value !== undefined) wanted[name] = headerWithoutSecrets(name, [value].flat().join(', '));
  }
  return wanted;
}
