/** The ask: one request to a read route after its URL was parsed. Every later step of the read takes it. */
import type { FastifyRequest } from 'fastify';
import type { Statement } from '../../compile/compile.ts';
import type { Selection } from '../../resource/selection.ts';
import type { Viewer } from '../../resource/viewer.ts';

export interface Ask<S extends Selection = Selection> {
  readonly request: FastifyRequest;
  /** The viewer whose policy the selection obeys: the public, for a route whose answers are the same for everyone. */
  readonly viewer: Viewer;
  /** The rows and fields that the request selects, within the viewer's policy. */
  readonly selection: S;
  /** The statements that were compiled for this selection before; without it each read compiles its own. */
  readonly statements?: Statements | undefined;
}

/** For an answer that has no tags; for one that has; for one that has, on a standby. */
export type StatementUse = 'plain' | 'tagged' | 'standby';

/** The statements of a selection that have a name. */
export type Statements = Partial<Record<StatementUse, Statement>>;
