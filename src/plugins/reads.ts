/**
 * Reads: routes made of resources. `app.item` answers with one row and `app.list` with a page of rows; both with one
 * statement, whose JSON goes to the socket as PostgreSQL wrote it, or into the cache where the route has a policy.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { CachePolicy } from 'hotpath/cache/policy';
import { type Compiler, createCompiler, type ReadRow } from 'hotpath/compile/compile';
import type { DataModel } from 'hotpath/compile/data-model';
import { type Execute, executeOn } from 'hotpath/compile/execute';
import type { ReadRequest } from 'hotpath/compile/plan/read';
import { requestError } from 'hotpath/http/errors';
import { etagOf, heldTag } from 'hotpath/http/etag';
import { nextLink } from 'hotpath/http/links';
import { mustMatch } from 'hotpath/http/preconditions';
import { cursorSigner, refusedCursor } from 'hotpath/resource/cursor';
import { checkReads } from 'hotpath/resource/declared-reads';
import type { FixedFields } from 'hotpath/resource/fixed';
import { Registry } from 'hotpath/resource/registry';
import type { Resource } from 'hotpath/resource/resource';
import { itemFields, listFields, type PathFields, pathReader } from 'hotpath/resource/route-place';
import { type ListSelection, type Selection, SelectionParser, type SelectionRequest } from 'hotpath/resource/selection';
import type { Viewer } from 'hotpath/resource/viewer';
import { isUnreadable } from 'hotpath/session/error-codes';
import type { Prisma } from '#client';
import { datamodel } from '#datamodel';
import { cachedRead, type Ran, type Shown } from './cached-read.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly resources: Registry;
    readonly compiler: Compiler;
    /** Sends a compiled statement. */
    readonly execute: Execute;
    readonly selections: SelectionParser;
    /**
     * The JSON text of one row in the resource's lean default, as the viewer may see it; `null` where there is none.
     * The body of a write's reply. One statement.
     */
    rowOf(resource: Resource, where: FixedFields, viewer: Viewer): Promise<string | null>;
    /** A route that answers with one row of a resource. @throws {DeclarationError} if its path can find several. */
    item(path: string, options: ReadRoute): void;
    /** A route that answers with a page of rows of a resource. @throws {DeclarationError} */
    list(path: string, options: ReadRoute): void;
  }
  interface FastifyContextConfig {
    /** The resource of a read route, and how the route reads it. */
    read?: ReadRoute & { readonly kind: 'item' | 'list' };
  }
}

export interface ReadRoute {
  readonly resource: Resource;
  /** Statements that a request may send. */
  readonly budget: number;
  /**
   * Fields that the path fixes, each with the parameter that holds its value: `{ userId: 'id' }`. Without it each
   * parameter of an item's path holds the field of its own name, and a list's path has none.
   */
  readonly where?: PathFields;
  /** Called on every request before anything is read, for a rule that no policy can state. It throws to refuse the viewer. */
  readonly guard?: (viewer: Viewer, fixed: FixedFields) => Promise<void>;
  /** How long its answers may be served from memory; without it each request is read. */
  readonly cache?: CachePolicy;
}

export interface ReadsOptions {
  readonly resources: readonly Resource[];
  /** Signs cursors; every instance of the service shares it. */
  readonly secret: string;
  /** The data model of the resources; the service's own without it. */
  readonly dataModel?: DataModel;
}

export const reads = fp<ReadsOptions>(
  async (app, { resources, secret, dataModel = datamodel }) => {
    const registry = new Registry(dataModel);
    registry.add(...resources);
    registry.check();
    checkReads(registry);
    app.decorate('resources', registry);
    app.decorate('compiler', createCompiler({ dataModel }));
    app.decorate('execute', executeOn(app.pool));
    app.decorate('selections', new SelectionParser(registry, cursorSigner(secret)));
    app.decorate('rowOf', async (resource: Resource, where: FixedFields, viewer: Viewer) => {
      return (await readRow(app, { resource, where, viewer })).json;
    });
    app.decorate('item', itemRoute);
    app.decorate('list', listRoute);
  },
  { name: 'reads', dependencies: ['database', 'budget', 'auth'] },
);

function itemRoute(this: FastifyInstance, path: string, route: ReadRoute): void {
  const where = itemFields(this.resources, { ...route, path: this.prefix + path });
  const read = { ...route, where, kind: 'item' } as const;
  readRoute(this, path, read, {
    select: (asked) => this.selections.item(asked),
    request: itemRequest,
    show: ({ json, version }) => {
      if (json === null) return { status: 404, body: `There is no such ${route.resource.name}.`, etag: '', link: '' };
      const body = `{"data":${json}}`;
      return { status: 200, body, etag: etagOf(body, version), link: '' };
    },
  });
}

function listRoute(this: FastifyInstance, path: string, route: ReadRoute): void {
  this.resources.mustHavePages(route.resource);
  const where = listFields(this.resources, { ...route, path: this.prefix + path });
  const read = { ...route, where, kind: 'list' } as const;
  readRoute(this, path, read, {
    select: (asked) => this.selections.list(asked),
    request: listRequest,
    show: (row, { url }, selection) => {
      const meta = pageMeta(this.selections, selection, row);
      const body = `{"data":${row.json},"meta":${JSON.stringify(meta)}}`;
      return { status: 200, body, etag: etagOf(body), link: meta.next ? nextLink(url, meta.next) : '' };
    },
  });
}

type FixedRead = ReadRoute & { readonly where: PathFields; readonly kind: 'item' | 'list' };

/** The steps in which an item and a list differ. */
interface Steps<S extends Selection> {
  select(asked: SelectionRequest): S;
  request(selection: S): ReadRequest;
  show(row: ReadRow, request: FastifyRequest, selection: S): Shown;
}

function readRoute<S extends Selection>(app: FastifyInstance, path: string, read: FixedRead, steps: Steps<S>): void {
  const { budget, resource } = read;
  const config = { budget, read };
  const reader = pathReader(app.resources, resource, read.where);
  const fixed = ({ params }: FastifyRequest) => reader(params as Record<string, string>);
  const select = (request: FastifyRequest, viewer: Viewer): S => {
    const query = request.query as Record<string, string | string[]>;
    return steps.select({ resource, viewer, query, where: fixed(request) });
  };
  const guard = async (request: FastifyRequest) => read.guard?.(request.viewer, fixed(request));
  const run = async (request: FastifyRequest, selection: S, keys: readonly string[] = []): Promise<Ran> => {
    const asked = steps.request(selection);
    const row = await app
      .execute(app.compiler.compile(keys.length > 0 ? { ...asked, keys } : asked))
      .catch((error: unknown) => {
        throw asked.after && isUnreadable(error) ? refusedCursor() : error;
      });
    return { ...steps.show(row, request, selection), row };
  };
  if (read.cache) {
    const [isGuarded, fixes] = [read.guard !== undefined, Object.keys(read.where)];
    const how = { policy: read.cache, resource, isGuarded, fixed: fixes, select, guard, run };
    const { onRequest, handler } = cachedRead<S>(app, how);
    app.get(path, { config: { ...config, ownDeadline: true }, compress: false, onRequest }, handler);
    return;
  }
  app.get(path, { config }, async (request, reply) => {
    const selection = select(request, request.viewer);
    await guard(request);
    return sendShown(reply, await run(request, selection));
  });
}

const itemRequest = ({ resource, args }: Selection): ReadRequest => ({
  model: resource.model,
  action: 'findFirst',
  args,
  ...(resource.version === undefined ? {} : { version: resource.version }),
});

const listRequest = ({ resource, args, sort, page, after }: ListSelection): ReadRequest => ({
  model: resource.model,
  action: 'findMany',
  args,
  next: sort.map(({ field }) => field),
  ...(after ? { after } : {}),
  ...(page.count ? { total: args.where ?? {}, estimated: page.count === 'estimated' } : {}),
});

const run = (app: FastifyInstance, request: ReadRequest): Promise<ReadRow> =>
  app.execute(app.compiler.compile(request));

export interface RowPlace {
  readonly resource: Resource;
  readonly where: FixedFields;
  readonly viewer: Viewer;
}

/** One row in its resource's lean default, as the viewer may see it; inside a transaction, as that sees it. */
export async function readRow(app: FastifyInstance, place: RowPlace, tx?: Prisma.TransactionClient): Promise<ReadRow> {
  const request = itemRequest(app.selections.item({ ...place, query: {} }));
  if (!tx) return run(app, request);
  const { text, values } = app.compiler.compile(request);
  const rows = await tx.$queryRawUnsafe<ReadRow[]>(text, ...values);
  return rows[0]!;
}

interface PageMeta {
  readonly limit: number;
  readonly next?: string;
  readonly page?: number;
  readonly total?: number;
}

function pageMeta(selections: SelectionParser, selection: ListSelection, row: ReadRow): PageMeta {
  const { limit, number } = selection.page;
  return {
    limit,
    ...(number === undefined ? {} : { page: number }),
    ...(row.total === undefined ? {} : { total: Number(row.total) }),
    ...(row.next ? { next: selections.cursor(selection, row.next) } : {}),
  };
}

/** Sends a body with its ETag, or a 304 to a client that holds the body already. @throws `notFound` */
function sendShown(reply: FastifyReply, { status, body, etag, link }: Shown): FastifyReply {
  if (status === 404) throw requestError('notFound', body);
  mustMatch(reply.request.headers, etag);
  const held = heldTag(reply.request.headers['if-none-match'], etag);
  reply.header('etag', held ?? etag).header('cache-control', 'private, no-cache');
  if (link !== '') reply.header('link', link);
  return held ? reply.code(304).send() : sendJson(reply, body);
}

/** Sends JSON text as it is. */
export const sendJson = (reply: FastifyReply, body: string): FastifyReply =>
  reply.header('content-type', 'application/json; charset=utf-8').send(body);
