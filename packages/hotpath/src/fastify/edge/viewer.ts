/**
 * The viewer of each request, as the service's own authentication determines it. A service that sets `request.viewer`
 * itself does not need this file.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { PUBLIC, type Viewer } from '../../resource/viewer.ts';

declare module 'fastify' {
  interface FastifyRequest {
    viewer: Viewer;
  }
}

/** The author of a request; the public if it is undefined. A subject may be a number, a bigint or a text. */
export interface GivenViewer {
  /** The id of the user, in any type that an id field has. */
  readonly subject: string | number | bigint;
  /** A role that policies name; `user` without it. */
  readonly role?: string;
}

/** Called once a request, before anything is read. It may throw to refuse the request. */
export type ViewerOf = (
  request: FastifyRequest,
) => GivenViewer | null | undefined | Promise<GivenViewer | null | undefined>;

const DEFAULT_ROLE = 'user';

/** Hooks that authenticate must be registered before: hooks of one kind run in the order of their registration. */
export function addViewer(app: FastifyInstance, viewerOf: ViewerOf): void {
  app.decorateRequest('viewer');
  app.addHook('onRequest', (request, _reply, done) => {
    const take = (given: GivenViewer | null | undefined) => {
      request.viewer = given ? named(given) : PUBLIC;
    };
    const given = viewerOf(request);
    if (isPromise(given)) {
      given.then(take).then(() => done(), done);
      return;
    }
    // Without a promise the request goes on in the same turn.
    take(given);
    done();
  });
}

const isPromise = <T>(given: T | Promise<T>): given is Promise<T> =>
  typeof (given as Partial<Promise<T>> | null | undefined)?.then === 'function';

/** Names become lines in keys of the cache, and UTF-8 in hashes, which cannot distinguish halves of surrogate pairs. */
const UNFIT = /[\p{Cc}\u2028\u2029]/u;
/** The longest subject that OpenID Connect allows. */
const LONGEST_NAME = 255;

const isName = (text: string): boolean =>
  text !== '' && text.length <= LONGEST_NAME && !UNFIT.test(text) && text.isWellFormed();

/** @throws TypeError for a viewer without a name: the public is `undefined`. */
function named({ subject, role = DEFAULT_ROLE }: GivenViewer): Viewer {
  const name = String(subject ?? '');
  if (!isName(name)) {
    throw new TypeError('viewer() returned a subject without a name: return undefined for the public.');
  }
  if (!isName(role) || role === PUBLIC.role) {
    throw new TypeError(`viewer() returned the role ${JSON.stringify(role)}, which no subject may have.`);
  }
  return { subject: name, role };
}
