/**
 * The statements that the routes of a service can send: the compiler's text for every filter, sort and embedding that the
 * resources allow, for each role.
 */
import type { CachePolicy } from '../cache/policy.ts';
import type { Compiler } from '../compile/compile.ts';
import { itemKind, listKind } from '../fastify/reads/read-kinds.ts';
import type { ServedRead } from '../fastify/reads/served-reads.ts';
import type { ScalarField } from '../model/data-model.ts';
import { Askable, questionsOf } from '../resource/askable.ts';
import { exampleValue } from '../resource/example-value.ts';
import { filterNamed } from '../resource/filter.ts';
import type { FixedFields } from '../resource/fixed.ts';
import { grantFor } from '../resource/policy.ts';
import type { Registry } from '../resource/registry.ts';
import type { Resource } from '../resource/resource.ts';
import type { ListSelection, Selection, SelectionParser, SelectionRequest } from '../resource/selection.ts';
import { readerOf } from '../resource/value.ts';
import { PUBLIC, type Viewer } from '../resource/viewer.ts';

/** A statement of a route, with example values. */
export interface AskedShape {
  readonly text: string;
  readonly values: readonly unknown[];
  /** `GET /v1/posts`. */
  readonly route: string;
  /** The first request that sends it: `GET /v1/posts?sort=-createdAt`. */
  readonly request: string;
  /** How many of the possible requests send it. */
  readonly requests: number;
  /** Columns whose constant in the text is the client's choice, such as `status` for `?status=open`. */
  readonly chosen: readonly string[];
}

/** The parts of a service that know its statements. */
export interface AskedService {
  readonly resources: Registry;
  readonly routes: readonly ServedRead[];
  readonly selections: SelectionParser;
  readonly compiler: Compiler;
}

/** Each text once for each route. */
export function askedShapes(service: AskedService): AskedShape[] {
  return service.routes.flatMap((route) => {
    const shapes = new Map<string, AskedShape>();
    const where = fixedExample(service.resources, route);
    for (const viewer of viewersOf(service.resources, route, where)) {
      for (const shape of shapesFor(service, route, { viewer, where })) {
        const known = shapes.get(shape.text);
        shapes.set(shape.text, known ? { ...known, requests: known.requests + 1 } : shape);
      }
    }
    return [...shapes.values()];
  });
}

/** Texts that a subject may be: the first that the policy's fields can have stands for all. */
const SUBJECTS = ['1', '00000000-0000-0000-0000-000000000001'];

/** A viewer of a role; where the path names a subject, it is the viewer's own, because a policy may forbid all others. */
function viewersOf({ dataModel }: Registry, { read }: ServedRead, where: FixedFields): Viewer[] {
  if (read.cache?.scope === 'public') return [PUBLIC];
  const subjects = [...Object.values(where).map(String), ...SUBJECTS];
  return Object.keys(read.resource.policy).map((role) => {
    if (role === PUBLIC.role) return PUBLIC;
    const viewers = subjects.map((subject) => ({ subject, role }));
    return viewers.find((viewer) => !grantFor(dataModel, read.resource, viewer)?.isNobody) ?? viewers[0]!;
  });
}

function shapesFor(
  service: AskedService,
  { url, read }: ServedRead,
  { viewer, where }: { readonly viewer: Viewer; readonly where: FixedFields },
): AskedShape[] {
  const askable = Askable.by(viewer, read.resource, service.resources);
  if (!askable) return [];
  return questionsOf(read.kind, askable).flatMap((question) => {
    const query = Object.fromEntries(new URLSearchParams(question));
    const statement = statementFor(service, read.kind, { resource: read.resource, viewer, where, query });
    const route = `GET ${url}`;
    if (!statement) return [];
    const chosen = chosenColumns(service.resources, read.resource, Object.keys(query));
    return [{ ...statement, route, request: question === '' ? route : `${route}?${question}`, requests: 1, chosen }];
  });
}

/** The compiler writes the value of an enum or a Boolean into the text, also that of a filter. */
function chosenColumns(registry: Registry, resource: Resource, parameters: readonly string[]): string[] {
  return parameters.flatMap((parameter) => {
    const { name = '', operator } = filterNamed(resource, parameter) ?? {};
    if (operator !== 'equals' || Object.hasOwn(resource.computed, name)) return [];
    const [first, second] = name.split('.') as [string, string?];
    if (second === undefined) return [registry.scalar(resource, first).column];
    const { model } = registry.relation(resource, first);
    return [(registry.dataModel.models[model]!.fields[second] as ScalarField).column];
  });
}

function fixedExample(registry: Registry, { read }: ServedRead): FixedFields {
  const values = Object.keys(read.where ?? {}).map((name) => {
    const field = registry.scalar(read.resource, name);
    return [name, readerOf(field, registry.dataModel)!.read(exampleValue(field, registry.dataModel))!];
  });
  return Object.fromEntries(values);
}

type AnySelection =
  | { readonly kind: 'item'; readonly selection: Selection }
  | { readonly kind: 'list'; readonly selection: ListSelection };

/** Undefined for a request that the resource refuses. */
function statementFor(
  service: AskedService,
  kind: 'item' | 'list',
  asked: SelectionRequest,
): Pick<AskedShape, 'text' | 'values'> | undefined {
  const found = selectionFor(service, kind, asked);
  if (!found) return undefined;
  const request = found.kind === 'item' ? itemKind.request(found.selection) : listKind.request(found.selection);
  const { text, values } = service.compiler.compile(request);
  return { text, values };
}

function selectionFor(
  { selections }: AskedService,
  kind: 'item' | 'list',
  asked: SelectionRequest,
): AnySelection | undefined {
  try {
    if (kind === 'item') return { kind, selection: selections.item(asked) };
    return { kind, selection: selections.list(asked) };
  } catch (error) {
    if (typeof (error as { statusCode?: unknown }).statusCode === 'number') return undefined;
    throw error;
  }
}

/** A route as the cache sees it. */
export interface CachableRoute {
  /** The path with its parameters: `/v1/posts/:id`. */
  readonly url: string;
  readonly cache: CachePolicy | undefined;
  /** Roles whose viewers do not share answers. */
  readonly subjectRoles: readonly string[];
}

/** The routes of a service, for the advice on caching. */
export function cachableRoutes(service: AskedService): CachableRoute[] {
  return service.routes.map((route) => {
    const { url, read } = route;
    const where = fixedExample(service.resources, route);
    const subjectRoles = viewersOf(service.resources, route, where).flatMap((viewer) => {
      const found = selectionFor(service, read.kind, { resource: read.resource, viewer, where, query: {} });
      return found?.selection.scope === 'subject' ? [viewer.role] : [];
    });
    return { url, cache: read.cache, subjectRoles };
  });
}
