/**
 * The selection: one request to a resource, parsed, checked and narrowed by policy. Plain data in the shape of Prisma's
 * arguments. The compiler compiles and runs it.
 */
import { LRUCache } from 'lru-cache';
import { isObject } from '../compile/plan/arguments.ts';
import type { KeysetValues } from '../compile/plan/keyset.ts';
import { requestError } from '../http/errors.ts';
import type { Bounds } from './bounds.ts';
import { type CursorSigner, orderName, refusedCursor, valuesOf } from './cursor.ts';
import { type Condition, conditionOf, filterNamed, filterParameters } from './filter.ts';
import { areContrary, type FixedFields } from './fixed.ts';
import { type PageRequest, parsePage } from './page.ts';
import { LIST_PARAMETERS, NUMBERED_PARAMETERS, WINDOW_PARAMETERS } from './parameter-names.ts';
import { dependsOnSubject, type Grant, grantFor, SUBJECT } from './policy.ts';
import { refusal, unknownName } from './refusal.ts';
import type { Registry } from './registry.ts';
import type { Resource } from './resource.ts';
import { type SelectNode, selectOf } from './select.ts';
import { orderByOf, parseSort, type SortField } from './sort.ts';
import type { Viewer } from './viewer.ts';
import { conditionWithin, isLasting } from './window.ts';

export interface Selection {
  readonly resource: Resource;
  readonly args: SelectNode & { readonly skip?: number };
  /** The viewers that share the answer: those of a role, or one subject. */
  readonly scope: 'role' | 'subject';
  /** Whether the same request gives the same selection at any time. Its time window may depend on the current time. */
  readonly isLasting: boolean;
}

export interface ListSelection extends Selection {
  readonly page: PageRequest;
  readonly sort: readonly SortField[];
  /** The name of the order, for which cursors of this list are signed. */
  readonly order: string;
  /** The place after which the page begins: the values of the sort fields there. */
  readonly after?: KeysetValues;
}

export interface SelectionRequest {
  readonly resource: Resource;
  readonly viewer: Viewer;
  readonly query: Readonly<Record<string, string | string[] | undefined>>;
  /** The fields that the route itself fixes: `{ userId: 7 }`. */
  readonly where?: FixedFields;
}

type Selected = ReturnType<typeof selectOf>;

/** The order of a list: its fields, as Prisma's `orderBy`, and as the name for which cursors are signed. */
interface Order {
  readonly sort: readonly SortField[];
  readonly orderBy: ReturnType<typeof orderByOf>;
  readonly name: string;
}

const REMEMBERED_SELECTS = 2000;
const REMEMBERED_ORDERS = 1000;

/** Parses requests into selections, for one service's resources. */
export class SelectionParser {
  readonly #registry: Registry;
  readonly #signer: CursorSigner;
  readonly #selected = new LRUCache<string, Selected>({ max: REMEMBERED_SELECTS });
  readonly #orders = new LRUCache<string, Order>({ max: REMEMBERED_ORDERS });

  constructor(registry: Registry, signer: CursorSigner) {
    this.#registry = registry;
    this.#signer = signer;
  }

  /** One row. @throws 400 for an invalid request, 401 and 403 for a viewer without permission. */
  item(request: SelectionRequest): Selection {
    const { resource } = request;
    const bounds = this.#registry.boundsOf(resource);
    const query = checkedQuery(request, ['fields'], bounds);
    const grant = mustBeGranted(this.#registry, request);
    const { node, totals } = this.#select(request, grant, query['fields']);
    return {
      resource,
      args: { ...node, where: allOf([request.where, grant.rows]) },
      scope: scopeOf(request, totals.bySubject),
      isLasting: true,
    };
  }

  /** A page of rows. @throws as `item`. */
  list(request: SelectionRequest): ListSelection {
    const { resource } = request;
    const bounds = this.#registry.boundsOf(resource);
    const query = checkedQuery(request, listParameters(resource), bounds);
    const grant = mustBeGranted(this.#registry, request);
    const page = parsePage(resource, query, bounds);
    const { node, totals } = this.#select(request, grant, query['fields']);
    mustFit(page.limit * (1 + totals.rows), bounds);
    const { sort, orderBy, name: order } = this.#orderOf(request, grant, query['sort']);
    const window = conditionWithin(this.#registry, resource, query);
    const filters = this.#filters(request, grant, query);
    const conditions = [request.where, grant.rows, window, ...filters.conditions];
    return {
      resource,
      args: {
        ...node,
        where: allOf(conditions),
        orderBy,
        take: page.limit,
        ...(page.skip ? { skip: page.skip } : {}),
      },
      scope: scopeOf(request, totals.bySubject || filters.bySubject),
      isLasting: isLasting(resource, query),
      page,
      sort,
      order,
      ...(page.after === undefined ? {} : { after: this.#after(resource, { after: page.after, order, sort }) }),
    };
  }

  #after(resource: Resource, { after, order, sort }: Place): KeysetValues {
    const values = valuesOf(after, order, this.#signer);
    // A view may have a null in a column that its model declares as required.
    const isNull = sort.some(
      ({ field }, index) => values[index] === null && this.#registry.scalar(resource, field).required,
    );
    if (isNull) throw refusedCursor();
    return values;
  }

  /** The cursor after the row whose sort fields have these values (a JSON array). */
  cursor(selection: ListSelection, values: string): string {
    return this.#signer.sign(values, selection.order);
  }

  /** As `selectOf`; the result is remembered if it is the same for every viewer of the role. */
  #select(request: SelectionRequest, grant: Grant, fields: string | undefined): Selected {
    const { resource, viewer } = request;
    // Stryker disable next-line StringLiteral: an empty `fields` is refused, as is any other text that names no field
    const asked = fields ?? '';
    const key = `${resource.name}\n${viewer.role}\n${asked}`;
    const known = this.#selected.get(key);
    if (known) return known;
    const bounds = this.#registry.boundsOf(resource);
    const selected = selectOf(resource, grant, fields, { viewer, registry: this.#registry, bounds });
    if (!selected.totals.holdsSubject) this.#selected.set(key, freeze(selected));
    return selected;
  }

  /** The order that a request names, or that of the resource. It is the same for every viewer of the role. */
  #orderOf({ resource, viewer }: SelectionRequest, grant: Grant, asked: string | undefined): Order {
    const key = `${resource.name}\n${viewer.role}\n${asked ?? ''}`;
    const known = this.#orders.get(key);
    if (known) return known;
    const visible = resource.sorts.filter((field) => !grant.without?.includes(field));
    const sort = parseSort(this.#registry, resource, asked ?? resource.sort, asked === undefined ? undefined : visible);
    const order = { sort, orderBy: orderByOf(sort), name: orderName(this.#registry, resource, sort) };
    this.#orders.set(key, freeze(order));
    return order;
  }

  #filters(request: SelectionRequest, grant: Grant, query: CheckedQuery): Filters {
    const { resource } = request;
    const conditions: Condition[] = [];
    let bySubject = false;
    for (const [parameter, text] of Object.entries(query)) {
      const filter = filterNamed(resource, parameter);
      if (!filter) continue;
      const sight = this.#sightOf(request, grant, filter.name);
      if (!sight) throw unknownParameter(parameter, this.#visibleParameters(request, grant));
      bySubject ||= sight.bySubject;
      conditions.push(conditionOf(this.#registry, resource, { ...filter, parameter, text, visible: sight.rows }));
    }
    return { conditions, bySubject };
  }

  /** The rows that a filter looks at and the viewer may see; undefined if the viewer may not even see the field. */
  #sightOf({ resource, viewer }: SelectionRequest, grant: Grant, filter: string): Sight | undefined {
    const [first, field] = filter.split('.') as [string, string?];
    if (grant.without?.some((name) => name === filter || name === first)) return undefined;
    const isBehind = field !== undefined && !Object.hasOwn(resource.computed, filter);
    const target = isBehind ? this.#registry.targetIfAny(resource, first) : undefined;
    // Stryker disable next-line ObjectLiteral: without an answer, it does not depend on the subject either
    if (!target) return { bySubject: false };
    const there = grantFor(this.#registry.dataModel, target, viewer);
    if (!there || there.without?.includes(field!)) return undefined;
    return { rows: there.rows, bySubject: dependsOnSubject(target.policy[viewer.role]!) };
  }

  #visibleParameters(request: SelectionRequest, grant: Grant): string[] {
    return listParameters(request.resource).filter((parameter) => {
      const filter = filterNamed(request.resource, parameter);
      return !filter || this.#sightOf(request, grant, filter.name) !== undefined;
    });
  }
}

interface Sight {
  /** The visible rows behind a relation; all of them without it. */
  readonly rows?: Condition | undefined;
  /** Whether that depends on the viewer, beyond the role. */
  readonly bySubject: boolean;
}

interface Place {
  readonly after: string;
  readonly order: string;
  readonly sort: readonly SortField[];
}

interface Filters {
  readonly conditions: readonly Condition[];
  /** Whether they depend on the viewer, beyond the role. */
  readonly bySubject: boolean;
}

/**
 * In depth: the compiler plans a frozen select once, and relies on it. A value of a policy, such as a `Buffer`, stays as it
 * is: bytes cannot be frozen, and an instance belongs to its owner.
 */
function freeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (Array.isArray(inner) || isObject(inner)) freeze(inner);
  return Object.freeze(value);
}

type CheckedQuery = Readonly<Record<string, string>>;

const parametersOfLists = new WeakMap<Resource, readonly string[]>();

/** Every parameter that a list of this resource takes. */
export function listParameters(resource: Resource): readonly string[] {
  const known = parametersOfLists.get(resource);
  if (known) return known;
  const parameters = [
    ...LIST_PARAMETERS,
    ...(resource.window ? WINDOW_PARAMETERS : []),
    ...(resource.counts.length > 0 ? NUMBERED_PARAMETERS : []),
    ...filterParameters(resource),
  ];
  parametersOfLists.set(resource, parameters);
  return parameters;
}

function checkedQuery({ query }: SelectionRequest, allowed: readonly string[], bounds: Bounds): CheckedQuery {
  for (const [parameter, value] of Object.entries(query)) {
    if (!allowed.includes(parameter)) throw unknownParameter(parameter, allowed);
    if (typeof value !== 'string') throw refusal(parameter, 'is given more than once');
    if (value === '') throw refusal(parameter, 'is empty');
    // A cursor has the values of a row, which may be long texts. The bound on the head of a request bounds it.
    if (parameter !== 'after' && Buffer.byteLength(value) > bounds.bytesPerValue)
      throw refusal(parameter, `is longer than ${bounds.bytesPerValue} bytes`);
  }
  return query as CheckedQuery;
}

const unknownParameter = (parameter: string, allowed: readonly string[]) =>
  refusal(parameter.slice(0, 64), unknownName(parameter, 'parameter', allowed));

function mustFit(rows: number, bounds: Bounds): void {
  if (rows > bounds.rowsInTotal) {
    throw refusal('limit', `asks for up to ${rows} rows with those embedded; ${bounds.rowsInTotal} are allowed in all`);
  }
}

/**
 * The viewer's grant at the root. If the route fixes a field to one value and the grant fixes it to another, no row can
 * match. That is a 403 before any SQL, not an empty answer.
 */
function mustBeGranted(registry: Registry, { resource, viewer, where = {} }: SelectionRequest): Grant {
  const grant = grantFor(registry.dataModel, resource, viewer);
  const contradicted = Object.entries(where).some(([field, value]) => {
    // A subject that cannot be a value contradicts each such field.
    if (grant?.isNobody) return resource.policy[viewer.role]!.rows![field] === SUBJECT;
    return areContrary(registry.scalar(resource, field), grant?.rows?.[field], value);
  });
  if (grant && !contradicted) return grant;
  if (viewer.subject === undefined) throw requestError('unauthenticated', 'This needs a bearer token.');
  throw requestError('forbidden', `You may not see this ${resource.name}.`);
}

function scopeOf({ resource, viewer }: SelectionRequest, bySubject: boolean): Selection['scope'] {
  return bySubject || dependsOnSubject(resource.policy[viewer.role]!) ? 'subject' : 'role';
}

function allOf(conditions: (Condition | undefined)[]): Condition {
  const given = conditions.filter((condition) => condition !== undefined);
  return given.length > 1 ? { AND: given } : (given[0] ?? {});
}
