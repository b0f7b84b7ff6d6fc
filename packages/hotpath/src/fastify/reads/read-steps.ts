/** The steps of a read that do not depend on a cache: `ask`, `authorise`, `load`. */
import type { FastifyRequest } from 'fastify';
import type { ReadRow, Statement } from '../../compile/compile.ts';
import type { Execute } from '../../compile/execute.ts';
import { refusedCursor } from '../../resource/cursor.ts';
import type { FixedFields } from '../../resource/fixed.ts';
import type { Selection } from '../../resource/selection.ts';
import type { Viewer } from '../../resource/viewer.ts';
import { isUnreadable } from '../../session/error-codes.ts';
import type { Hotpath } from '../instance.ts';
import type { Ask, StatementUse } from './ask.ts';
import type { ShownRead } from './plain-reply.ts';
import type { ReadKind } from './read-kinds.ts';
import type { ReadRoute } from './read-route.ts';

/** The reply of a read, and the row of its statement. */
export interface LoadedRead {
  readonly shown: ShownRead;
  readonly row: ReadRow;
}

/** A read route that is ready to answer. */
export interface PreparedRoute<S extends Selection> extends Pick<ReadRoute, 'resource' | 'guard'> {
  readonly kind: ReadKind<S>;
  /** The values that a path fixes, by their fields. */
  fixed(params: Record<string, string>): FixedFields;
}

export class ReadSteps<S extends Selection> {
  readonly route: PreparedRoute<S>;
  readonly #hotpath: Pick<Hotpath, 'selections' | 'compiler' | 'execute'>;

  constructor(hotpath: Hotpath, route: PreparedRoute<S>) {
    this.#hotpath = hotpath;
    this.route = route;
  }

  /** @throws 400 for an invalid request, 401 and 403 for a viewer without permission. */
  ask(request: FastifyRequest, viewer: Viewer): Ask<S> {
    const { kind, resource } = this.route;
    const query = request.query as Record<string, string | string[]>;
    const selection = kind.select(this.#hotpath.selections, { resource, viewer, query, where: this.#fixed(request) });
    return { request, viewer, selection };
  }

  /** Rejects with the error of the route's guard; undefined without one. */
  authorise({ request }: Pick<Ask<S>, 'request'>): Promise<void> | undefined {
    return this.route.guard?.(request.viewer, this.#fixed(request));
  }

  /** Sends one statement. @param standby the standby to read; the primary without it. */
  async load(ask: Ask<S>, statement = this.statementOf(ask, 'plain'), standby?: Execute): Promise<LoadedRead> {
    const { execute, selections } = this.#hotpath;
    const { kind } = this.route;
    try {
      const row = await (standby ?? execute)(statement);
      return { shown: kind.show(row, ask, selections), row };
    } catch (error) {
      throw kind.request(ask.selection).after && isUnreadable(error) ? refusedCursor() : error;
    }
  }

  /**
   * The statement that reads a selection.
   * @param keysOf the fields whose values in each root row the statement also returns.
   */
  statementOf({ selection, statements }: Ask<S>, use: StatementUse, keysOf?: () => readonly string[]): Statement {
    const known = statements?.[use];
    if (known) return known;
    const asked = this.route.kind.request(selection);
    const keys = keysOf?.() ?? [];
    const wanted = keys.length > 0 ? { ...asked, keys } : asked;
    const statement = this.#hotpath.compiler.compile(wanted, use === 'standby' ? { server: use } : undefined);
    // The compiler names a statement at its second use.
    if (statements && statement.name !== undefined) statements[use] = statement;
    return statement;
  }

  #fixed({ params }: FastifyRequest): FixedFields {
    return this.route.fixed(params as Record<string, string>);
  }
}
