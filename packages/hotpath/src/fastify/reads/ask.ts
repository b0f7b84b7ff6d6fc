/** The ask: one request to a read route after its URL was parsed. Every later step of the read takes it. */
import type { FastifyRequest } from 'fastify';
import type { Selection } from '../../resource/selection.ts';
import type { Viewer } from '../../resource/viewer.ts';

export interface Ask<S extends Selection = Selection> {
  readonly request: FastifyRequest;
  /** The viewer whose policy the selection obeys: the public, for a route whose answers are the same for everyone. */
  readonly viewer: Viewer;
  /** The rows and fields that the request selects, within the viewer's policy. */
  readonly selection: S;
}
