/**
 * The attributes of a request's span that other requests of its route have alike. Most requests of a route differ in few
 * ways, so each route keeps the last attributes, and a request looks for its own among these.
 */
import type { FastifyContextConfig, FastifyReply, FastifyRequest } from 'fastify';
import { outcomeAttributes } from '../../cache/spans.ts';
import { CommonAttributes } from '../../telemetry/common-attributes.ts';

/** Of each route. A client chooses the host, so there is a bound. */
const MOST_KEPT = 8;

/** Everything that the attributes depend on, beside the route. */
interface Ending {
  readonly method: string;
  readonly scheme: string;
  readonly host: string;
  /** Undefined for a client that left before the reply was out. */
  readonly status: number | undefined;
  readonly statements: number;
  readonly isRepeated: boolean;
  readonly served: FastifyRequest['served'];
}

interface Kept {
  readonly ending: Ending;
  readonly attributes: CommonAttributes;
}

export class RequestAttributes {
  readonly #routes = new WeakMap<FastifyContextConfig, Kept[]>();

  /** @param reply one that is out, whole or in part. */
  of(request: FastifyRequest, reply: FastifyReply): CommonAttributes {
    const { config } = request.routeOptions;
    const kept = this.#routes.get(config) ?? [];
    const ending = endingOf(request, reply);
    for (const each of kept) if (isSame(each.ending, ending)) return each.attributes;
    const attributes = attributesOf(request, ending);
    this.#routes.set(config, [{ ending, attributes }, ...kept.slice(0, MOST_KEPT - 1)]);
    return attributes;
  }
}

function endingOf(request: FastifyRequest, { raw }: FastifyReply): Ending {
  const { method, protocol: scheme, hostname: host, overrun, served, ledger } = request;
  const status = raw.writableEnded ? raw.statusCode : undefined;
  const isRepeated = overrun !== undefined && overrun.repeated.length > 0;
  return { method, scheme, host, status, statements: ledger.statements, isRepeated, served };
}

const isSame = (one: Ending, other: Ending): boolean =>
  one.status === other.status &&
  one.host === other.host &&
  one.method === other.method &&
  one.scheme === other.scheme &&
  one.statements === other.statements &&
  one.isRepeated === other.isRepeated &&
  one.served?.tier === other.served?.tier &&
  one.served?.outcome === other.served?.outcome;

function attributesOf({ routeOptions: { url, config } }: FastifyRequest, ending: Ending): CommonAttributes {
  const { method, scheme, host, status, statements, isRepeated, served } = ending;
  return new CommonAttributes({
    ...(served && outcomeAttributes(served.tier, served.outcome)),
    'http.request.method': method,
    'http.route': url,
    'http.response.status_code': status,
    'url.scheme': scheme,
    'server.address': host,
    'hotpath.statements': statements,
    'hotpath.budget': config.budget,
    'hotpath.n_plus_one': isRepeated,
    'hotpath.aborted': status === undefined ? true : undefined,
  });
}
