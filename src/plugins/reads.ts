/**
 * Reads: routes made of resources. `app.item` answers with one row and `app.list` with a page of rows; both with one
 * statement, whose JSON goes to the socket as PostgreSQL wrote it.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type pg from 'pg';
import { datamodel } from '#datamodel';
import { type Compiler, createCompiler, type ReadRow } from '../engine/compile/compile.ts';
import type { ReadRequest } from '../engine/compile/plan/read.ts';
import { requestError } from '../engine/http/errors.ts';
import { nextLink } from '../engine/http/links.ts';
import { cursorSigner } from '../engine/resource/cursor.ts';
import { refusal, shown } from '../engine/resource/refusal.ts';
import { Registry } from '../engine/resource/registry.ts';
import type { Resource } from '../engine/resource/resource.ts';
import { type ListSelection, type Selection, SelectionParser } from '../engine/resource/selection.ts';
import { readerOf } from '../engine/resource/value.ts';
import type { Viewer } from '../engine/resource/viewer.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly resources: Registry;
    readonly compiler: Compiler;
    readonly selections: SelectionParser;
    /**
     * The JSON text of one row in the resource's lean default, as the viewer may see it; `null` where there is none.
     * What a write answers with. One statement.
     */
    rowOf(resource: Resource, where: Readonly<Record<string, string | number>>, viewer: Viewer): Promise<string | null>;
    /** A route that answers with one row of a resource. */
    item(path: string, options: ReadRoute): void;
    /** A route that answers with a page of rows of a resource. */
    list(path: string, options: ReadRoute): void;
  }
  interface FastifyContextConfig {
    /** What a read route reads. */
    read?: ReadRoute & { readonly kind: 'item' | 'list' };
  }
}

export interface ReadRoute {
  readonly resource: Resource;
  /** Statements that a request may send. */
  readonly budget: number;
  /** Fields that the path fixes, each with the path parameter that holds its value: `{ userId: 'id' }`. */
  readonly where?: Readonly<Record<string, string>>;
}

export interface ReadsOptions {
  readonly resources: readonly Resource[];
  /** What cursors are signed with; every instance of the service shares it. */
  readonly secret: string;
}

export const reads = fp<ReadsOptions>(
  async (app, { resources, secret }) => {
    const registry = new Registry(datamodel);
    registry.add(...resources);
    registry.check();
    app.decorate('resources', registry);
    app.decorate('compiler', createCompiler({ dataModel: datamodel }));
    app.decorate('selections', new SelectionParser(registry, cursorSigner(secret)));
    app.decorate('rowOf', async (resource: Resource, where: Record<string, string | number>, viewer: Viewer) => {
      const selection = app.selections.item({ resource, viewer, where, query: {} });
      return (await run(app, itemRequest(selection))).json;
    });
    app.decorate('item', itemRoute);
    app.decorate('list', listRoute);
  },
  { name: 'reads', dependencies: ['database', 'budget', 'auth'] },
);

function itemRoute(this: FastifyInstance, path: string, route: ReadRoute): void {
  const read = { ...route, where: route.where ?? { id: 'id' }, kind: 'item' } as const;
  this.get(path, { config: { budget: route.budget, read } }, async (request, reply) => {
    const selection = this.selections.item(selectionRequest(this, request, read));
    const row = await run(this, itemRequest(selection));
    if (row.json === null) throw requestError('notFound', `There is no such ${route.resource.name}.`);
    return sendJson(reply, `{"data":${row.json}}`);
  });
}

function listRoute(this: FastifyInstance, path: string, route: ReadRoute): void {
  const read = { ...route, where: route.where ?? {}, kind: 'list' } as const;
  this.get(path, { config: { budget: route.budget, read } }, async (request, reply) => {
    const selection = this.selections.list(selectionRequest(this, request, read));
    const row = await run(this, listRequest(selection));
    const meta = pageMeta(this.selections, selection, row);
    if (meta.next) reply.header('link', nextLink(request.url, meta.next));
    return sendJson(reply, `{"data":${row.json},"meta":${JSON.stringify(meta)}}`);
  });
}

type FixedRead = ReadRoute & { readonly where: Readonly<Record<string, string>> };

function selectionRequest(app: FastifyInstance, request: FastifyRequest, { resource, where }: FixedRead) {
  return {
    resource,
    viewer: request.viewer,
    query: request.query as Record<string, string | string[]>,
    where: fixedFields(app.resources, resource, { where, params: request.params as Record<string, string> }),
  };
}

interface FixedPlace {
  readonly where: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
}

function fixedFields(
  registry: Registry,
  resource: Resource,
  { where, params }: FixedPlace,
): Record<string, string | number> {
  const fixed: Record<string, string | number> = {};
  for (const [field, parameter] of Object.entries(where)) {
    const reader = readerOf(registry.scalar(resource, field), registry.dataModel)!;
    const text = params[parameter]!;
    const value = reader.read(text);
    if (value === undefined) throw refusal(parameter, `"${shown(text)}" must be ${reader.wants}`);
    fixed[field] = value as string | number;
  }
  return fixed;
}

const itemRequest = ({ resource, args }: Selection): ReadRequest => ({
  model: resource.model,
  action: 'findFirst',
  args,
});

const listRequest = ({ resource, args, sort, page }: ListSelection): ReadRequest => ({
  model: resource.model,
  action: 'findMany',
  args,
  next: sort.map(({ field }) => field),
  ...(page.count ? { total: args.where ?? {} } : {}),
});

async function run(app: FastifyInstance, request: ReadRequest): Promise<ReadRow> {
  const { rows } = await app.pool.query<ReadRow>(app.compiler.compile(request) as pg.QueryConfig);
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

/** Sends JSON text as it is. */
export const sendJson = (reply: FastifyReply, body: string): FastifyReply =>
  reply.header('content-type', 'application/json; charset=utf-8').send(body);
