/**
 * The select: a `fields` tree as the nested selection of Prisma's arguments. At each level the policy of that level's
 * resource is added, so that an embedded row is as guarded as a root row. Rows are added up, so that no nesting exceeds
 * the bound.
 */
import type { Computed } from '../compile/computed.ts';
import type { RelationField } from '../model/data-model.ts';
import type { Bounds } from './bounds.ts';
import { type FieldTree, parseFields } from './fields.ts';
import { dependsOnSubject, type Grant, grantFor } from './policy.ts';
import { refusal, unknownName } from './refusal.ts';
import type { Registry } from './registry.ts';
import type { Embedding, Resource } from './resource.ts';
import { orderByOf, parseSort } from './sort.ts';
import type { Viewer } from './viewer.ts';

/** One level of a selection, in the shape of Prisma's arguments, with computed values beside `select`. */
export interface SelectNode {
  readonly select: Readonly<Record<string, true | SelectNode>>;
  readonly computed?: Readonly<Record<string, Computed>>;
  readonly where?: Readonly<Record<string, unknown>>;
  readonly orderBy?: readonly Readonly<Record<string, 'asc' | 'desc'>>[];
  readonly take?: number;
}

export interface SelectContext {
  readonly registry: Registry;
  readonly viewer: Viewer;
  readonly bounds: Bounds;
}

/** The totals of a selection, beside its shape. */
export interface SelectTotals {
  /** Rows embedded below one root row, if every list were full. */
  readonly rows: number;
  /** Whether any part of it depends on the viewer, beyond the role. */
  readonly bySubject: boolean;
  /** Whether it contains the viewer's id, so that another viewer of the role needs another selection. */
  readonly holdsSubject: boolean;
}

/** @param fields the text of the `fields` parameter; the resource's default fields without it. */
export function selectOf(resource: Resource, grant: Grant, fields: string | undefined, context: SelectContext) {
  const tree = parseFields(fields ?? resource.defaultFields, context.bounds);
  const builder = new SelectBuilder(context);
  const node = builder.build(resource, grant, { tree, isDefault: fields === undefined, path: '', copies: 1, depth: 1 });
  const { rows, bySubject, holdsSubject } = builder;
  return { node, totals: { rows, bySubject, holdsSubject } satisfies SelectTotals };
}

interface Place {
  readonly tree: FieldTree;
  /** Whether the tree is a default. A default leaves out hidden fields; a client's request for them is refused. */
  readonly isDefault: boolean;
  readonly path: string;
  /** The highest number of copies of this level in the result. */
  readonly copies: number;
  readonly depth: number;
}

class SelectBuilder {
  readonly #context: SelectContext;
  rows = 0;
  bySubject = false;
  holdsSubject = false;

  constructor(context: SelectContext) {
    this.#context = context;
  }

  build(resource: Resource, grant: Grant, place: Place): Pick<SelectNode, 'select' | 'computed'> {
    if (place.depth > this.#context.bounds.depth) {
      throw refusal('fields', `"${place.path}" nests deeper than ${this.#context.bounds.depth}`);
    }
    const select: Record<string, true | SelectNode> = {};
    const computed: Record<string, Computed> = {};
    for (const [name, inside] of place.tree) {
      const kind = this.#kindOf(resource, grant, name);
      if (kind === undefined) {
        if (place.isDefault) continue;
        throw refusal('fields', `${at(place.path)}${unknownName(name, 'field', this.#visible(resource, grant))}`);
      }
      if (kind !== 'relation' && inside.size > 0)
        throw refusal('fields', `"${join(place.path, name)}" has no fields inside`);
      if (kind === 'field') select[name] = true;
      else if (kind === 'computed') computed[name] = resource.computed[name]!;
      else
        select[name] = this.#embed({ resource, grant, name }, { ...place, tree: inside, path: join(place.path, name) });
    }
    return Object.keys(computed).length > 0 ? { select, computed } : { select };
  }

  #embed(parent: Parent, place: Place): SelectNode {
    const { registry, viewer, bounds } = this.#context;
    const { resource, name: relationName } = parent;
    const target = registry.target(resource, relationName);
    const granted = grantFor(registry.dataModel, target, viewer)!;
    const bySubject = dependsOnSubject(target.policy[viewer.role]!);
    const isDefault = place.tree.size === 0;
    const tree = isDefault ? parseFields(target.defaultFields, bounds) : place.tree;
    const relation = registry.relation(resource, relationName);
    const grant = isImplied(granted, parent.grant, relation) ? withoutRows(granted) : granted;
    this.bySubject ||= bySubject;
    this.holdsSubject ||= bySubject && grant.rows !== undefined;
    const embedding = resource.relations[relationName]!;
    const take = relation.list ? Math.min(embedding.take ?? target.limit.default, bounds.rowsPerList) : 1;
    const copies = place.copies * take;
    if (relation.list) this.#count(copies);
    const inner = this.build(target, grant, {
      ...place,
      tree,
      isDefault: isDefault || place.isDefault,
      copies,
      depth: place.depth + 1,
    });
    return { ...inner, ...listArguments(registry, target, { grant, embedding, take, list: relation.list }) };
  }

  #count(rows: number): void {
    this.rows += rows;
    const { rowsInTotal } = this.#context.bounds;
    if (this.rows > rowsInTotal) {
      throw refusal('fields', `asks for up to ${this.rows} embedded rows; ${rowsInTotal} are allowed in all`);
    }
  }

  #kindOf(resource: Resource, grant: Grant, name: string): 'field' | 'relation' | 'computed' | undefined {
    if (grant.without?.includes(name)) return undefined;
    if (resource.fields.includes(name)) return 'field';
    if (Object.hasOwn(resource.computed, name)) return 'computed';
    if (!Object.hasOwn(resource.relations, name)) return undefined;
    const target = this.#context.registry.target(resource, name);
    return grantFor(this.#context.registry.dataModel, target, this.#context.viewer) ? 'relation' : undefined;
  }

  #visible(resource: Resource, grant: Grant): string[] {
    const declared = [...resource.fields, ...Object.keys(resource.computed), ...Object.keys(resource.relations)];
    return declared.filter((name) => this.#kindOf(resource, grant, name) !== undefined);
  }
}

/** The place of an embedded relation: its resource, and the grant there. */
interface Parent {
  readonly resource: Resource;
  readonly grant: Grant;
  readonly name: string;
}

/**
 * Whether the relation itself implies the grant's condition: a user's transactions are that user's, so if the parent is
 * the viewer's own row, the condition on the viewer's own rows is redundant.
 */
function isImplied({ rows }: Grant, parent: Grant, { from, to }: RelationField): boolean {
  const [field, ...more] = Object.keys(rows ?? {});
  const own = parent.rows?.[from[0]!];
  return from.length === 1 && more.length === 0 && field === to[0] && isExact(own) && rows![field!] === own;
}

/** Values that SQL finds equal only if they are written alike. */
const isExact = (value: unknown): boolean => typeof value === 'number' || typeof value === 'bigint';

const withoutRows = ({ rows: _rows, ...grant }: Grant): Grant => grant;

interface ListPlace {
  readonly grant: Grant;
  readonly embedding: Embedding;
  readonly take: number;
  readonly list: boolean;
}

function listArguments(registry: Registry, target: Resource, { grant, embedding, take, list }: ListPlace) {
  const conditions = [grant.rows, embedding.where].filter((condition) => condition !== undefined);
  const where = conditions.length > 1 ? { AND: conditions } : conditions[0];
  if (!list) return where ? { where } : {};
  const orderBy = orderByOf(parseSort(registry, target, embedding.sort ?? target.sort));
  return { ...(where ? { where } : {}), orderBy, take };
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
const at = (path: string): string => (path === '' ? '' : `in "${path}" `);
