/**
 * Reads: routes made of resources. `app.item` answers with one row and `app.list` with a page of rows; both with one
 * statement, whose JSON goes to the socket as PostgreSQL wrote it, or into the cache where the route has a policy.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createCompiler, type ReadRow } from '../../compile/compile.ts';
import { executeOn } from '../../compile/execute.ts';
import type { ReadRequest } from '../../compile/plan/read.ts';
import { requestError } from '../../http/errors.ts';
import { etagOf, heldTag } from '../../http/etag.ts';
import { nextLink } from '../../http/links.ts';
import { mustMatch } from '../../http/preconditions.ts';
import type { DataModel } from '../../model/data-model.ts';
import { cursorSigner, refusedCursor } from '../../resource/cursor.ts';
import { checkReads } from '../../resource/declared-reads.ts';
import type { FixedFields } from '../../resource/fixed.ts';
import { Registry } from '../../resource/registry.ts';
import type { Resource } from '../../resource/resource.ts';
import { itemFields, listFields, type PathFields, pathReader } from '../../resource/route-place.ts';
import {
  type ListSelection,
  type Selection,
  SelectionParser,
  type SelectionRequest,
} from '../../resource/selection.ts';
import type { Viewer } from '../../resource/viewer.ts';
import { isUnreadable } from '../../session/error-codes.ts';
import type { SessionPool } from '../../session/session-pool.ts';
import type { Hotpath, Reading } from '../instance.ts';
import type { RawQueries } from '../prisma-client.ts';
import { UNCOMPRESSED } from '../route-config.ts';
import { ReplyBurst } from './burst.ts';
import { cachedRead, type Ran, type Shown } from './cached-read.ts';
import { within } from './in-time.ts';
import type { ReadRoute } from './read-route.ts';

export interface ReadingOptions {
  readonly pool: SessionPool;
  readonly model: DataModel;
  readonly resources: readonly Resource[];
  /** Signs cursors; every instance of the service shares it. */
  readonly secret: string;
  /** How long a cached read may take, in milliseconds; 0 for ever. */
  readonly timeoutMs: number;
}

/** @throws {DeclarationError} for resources that cannot be read as they are declared. */
export function openReading({ pool, model, resources, secret, timeoutMs }: ReadingOptions): Reading {
  const registry = new Registry(model);
  registry.add(...resources);
  registry.check();
  checkReads(registry);
  const parts = {
    resources: registry,
    compiler: createCompiler({ dataModel: model }),
    execute: executeOn(pool),
    selections: new SelectionParser(registry, cursorSigner(secret)),
  };
  return {
    ...parts,
    pool,
    burst: new ReplyBurst(),
    rowOf: async (resource, where, viewer) => (await readRow(parts, { resource, where, viewer })).json,
    inTime: timeoutMs === 0 ? (work) => work : (work) => within(timeoutMs, work),
  };
}

/** Gives a server its two kinds of routes that read. */
export function addReadRoutes(app: FastifyInstance): void {
  app.decorate('item', itemRoute);
  app.decorate('list', listRoute);
}

function itemRoute(this: FastifyInstance, path: string, route: ReadRoute): void {
  const { hotpath } = this;
  const where = itemFields(hotpath.resources, { ...route, path: this.prefix + path });
  const read = { ...route, where, kind: 'item' } as const;
  readRoute(this, path, read, {
    select: (asked) => hotpath.selections.item(asked),
    request: itemRequest,
    show: ({ json, version }) => {
      if (json === null) return { status: 404, body: `There is no such ${route.resource.name}.`, etag: '', link: '' };
      const body = `{"data":${json}}`;
      return { status: 200, body, etag: etagOf(body, version), link: '' };
    },
  });
}

function listRoute(this: FastifyInstance, path: string, route: ReadRoute): void {
  const { hotpath } = this;
  hotpath.resources.mustHavePages(route.resource);
  const where = listFields(hotpath.resources, { ...route, path: this.prefix + path });
  const read = { ...route, where, kind: 'list' } as const;
  readRoute(this, path, read, {
    select: (asked) => hotpath.selections.list(asked),
    request: listRequest,
    show: (row, { url }, selection) => {
      const meta = pageMeta(hotpath.selections, selection, row);
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
  const { hotpath } = app;
  const config = { budget, read };
  const reader = pathReader(hotpath.resources, resource, read.where);
  const fixed = ({ params }: FastifyRequest) => reader(params as Record<string, string>);
  const select = (request: FastifyRequest, viewer: Viewer): S => {
    const query = request.query as Record<string, string | string[]>;
    return steps.select({ resource, viewer, query, where: fixed(request) });
  };
  const guard = async (request: FastifyRequest) => read.guard?.(request.viewer, fixed(request));
  const run = async (request: FastifyRequest, selection: S, keys: readonly string[] = []): Promise<Ran> => {
    const asked = steps.request(selection);
    const row = await hotpath
      .execute(hotpath.compiler.compile(keys.length > 0 ? { ...asked, keys } : asked))
      .catch((error: unknown) => {
        throw asked.after && isUnreadable(error) ? refusedCursor() : error;
      });
    return { ...steps.show(row, request, selection), row };
  };
  if (read.cache) {
    const [isGuarded, fixes] = [read.guard !== undefined, Object.keys(read.where)];
    const how = { policy: read.cache, resource, isGuarded, fixed: fixes, select, guard, run };
    const { onRequest, handler } = cachedRead<S>(hotpath, how);
    app.get(path, { config: { ...config, ownDeadline: true }, ...UNCOMPRESSED, onRequest }, handler);
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

/** One row of a resource, as a viewer may see it. */
export interface RowPlace {
  readonly resource: Resource;
  readonly where: FixedFields;
  readonly viewer: Viewer;
}

type RowReading = Pick<Hotpath, 'selections' | 'compiler' | 'execute'>;

/** One row in its resource's lean default, as the viewer may see it; inside a transaction, as that sees it. */
export async function readRow(reading: RowReading, place: RowPlace, tx?: RawQueries): Promise<ReadRow> {
  const { selections, compiler, execute } = reading;
  const statement = compiler.compile(itemRequest(selections.item({ ...place, query: {} })));
  if (!tx) return execute(statement);
  const rows = await tx.$queryRawUnsafe<ReadRow[]>(statement.text, ...statement.values);
  return rows[0]!;
}

/** The `meta` of a list: its limit, its next cursor, its number, its total. */
export interface PageMeta {
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
