/** A server under proof: its read routes, its viewers, and requests by these viewers. */
import type { FastifyInstance } from 'fastify';
import { type Hotpath, hotpathOf } from '../fastify/instance.ts';
import type { ServedRead } from '../fastify/reads/served-reads.ts';
import { PUBLIC, type Viewer } from '../resource/viewer.ts';
import { fail } from './fault.ts';
import { type Observation, observe } from './observe.ts';
import { urlWithExamples } from './path-values.ts';

type Headers = Readonly<Record<string, string>>;

/** The server under proof, and its viewers. */
export interface ProofOptions {
  /** The server on which `hotpath` is registered: the instance that has `app.hotpath`. */
  readonly app: FastifyInstance;
  /** The viewers: the headers of each, by a name for messages. The public alone without it. */
  readonly as?: Readonly<Record<string, Headers>>;
  /**
   * Values of path parameters, by the URL of a route: `{ '/users/:id': { id: 7 } }`. Without them the proof finds rows
   * in the database that the viewer may see.
   */
  readonly params?: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
}

/** A viewer by its name in `as`. */
export interface Asker {
  readonly name: string;
  readonly headers: Headers;
  readonly viewer: Viewer;
}

/** A route, and a viewer as the route knows it. */
export interface AskedRoute {
  readonly route: ServedRead;
  readonly asker: Asker;
}

export interface ProofReply {
  /** `GET /posts as alice`, for messages. */
  readonly what: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
  readonly observation: Observation;
}

/** Requests the database's own answer: the cache is neither read nor filled. */
const PAST_CACHE: Headers = { 'consistency-token': 'none' };

export const REFUSALS = [401, 403, 404];

export class Proof {
  readonly app: FastifyInstance;
  readonly hotpath: Hotpath;
  readonly routes: readonly ServedRead[];
  readonly params: NonNullable<ProofOptions['params']>;
  readonly askers: readonly Asker[];

  private constructor(options: ProofOptions, hotpath: Hotpath, askers: readonly Asker[]) {
    this.app = options.app;
    this.hotpath = hotpath;
    this.routes = hotpath.routes;
    this.params = options.params ?? {};
    this.askers = askers;
  }

  /**
   * @throws {AssertionError} for a server that cannot answer: without `hotpath`, without read routes, with unknown
   * headers.
   */
  static async of(options: ProofOptions): Promise<Proof> {
    await options.app.ready();
    const hotpath = hotpathOf(options.app);
    if (!hotpath) fail('`app` has no `app.hotpath`: pass the instance on which `hotpath` is registered.');
    if (hotpath.routes.length === 0) fail('The server has no read routes: add them with `app.item` and `app.list`.');
    const askers = Object.entries(options.as ?? { public: {} }).map(async ([name, headers]) => {
      return { name, headers, viewer: await viewerOf(options.app, hotpath, { name, headers }) };
    });
    return new Proof(options, hotpath, await Promise.all(askers));
  }

  /** Each route with each viewer. */
  pairs(isWanted: (route: ServedRead) => boolean = () => true): AskedRoute[] {
    const routes = this.routes.filter(isWanted);
    return this.askers.flatMap((asker) => routes.map((route) => ({ route, asker: atRoute(route, asker) })));
  }

  /** One request that bypasses the cache, unless `headers` say otherwise. */
  async ask(asker: Asker, url: string, headers: Headers = PAST_CACHE): Promise<ProofReply> {
    const all = { ...asker.headers, ...headers };
    const { result, observation } = await observe(this.hotpath, () => this.app.inject({ url, headers: all }));
    const { statusCode: status, payload: body } = result;
    return { what: `GET ${url} as ${asker.name}`, status, headers: result.headers, body, observation };
  }
}

/** A route with the scope `public` reads its answers as the public. */
const isPublic = ({ read }: ServedRead): boolean => read.cache?.scope === 'public';

const atRoute = (route: ServedRead, asker: Asker): Asker => (isPublic(route) ? { ...asker, viewer: PUBLIC } : asker);

/** The outcome of a request in one line: its status, and the text of its problem document. */
export function outcomeOf({ what, status, body }: ProofReply): string {
  const { detail, title } = parsed(body);
  return `${what} answers ${status}: ${detail ?? title ?? body.slice(0, 300)}`;
}

function parsed(body: string): { readonly detail?: string; readonly title?: string } {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}

interface Named {
  readonly name: string;
  readonly headers: Headers;
}

/** The viewer of a request with these headers, as the first read route that runs reports it. */
async function viewerOf(app: FastifyInstance, hotpath: Hotpath, { name, headers }: Named): Promise<Viewer> {
  const routes = hotpath.routes.filter((route) => !isPublic(route));
  if (routes.length === 0) return PUBLIC;
  let last = '';
  for (const route of routes) {
    const url = urlWithExamples(hotpath, route);
    const work = () => app.inject({ url, headers: { ...headers, ...PAST_CACHE } });
    const { result, observation } = await observe(hotpath, work);
    if (observation.viewer) return observation.viewer;
    last = outcomeOf({ what: `GET ${url}`, status: result.statusCode, body: result.payload, headers: {}, observation });
  }
  return fail(`No read route is reached with the headers of "${name}" in \`as\`. ${last}`);
}
