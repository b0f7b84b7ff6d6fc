/**
 * A resource: a Prisma model as the API exposes it. It names everything that exists for a client. A client cannot
 * request, filter by or sort by anything else, nor find out whether it exists.
 *
 * `resources<Prisma.TypeMap>(datamodel)` returns a `resource()` that is typed by the team's own client, so that a wrong
 * name does not compile. The engine itself knows no model.
 */
import type { Computed } from '../compile/computed.ts';
import type { Bounds } from './bounds.ts';
import type { Policy } from './policy.ts';
import type { Window } from './window.ts';

/** An operator of a filter: `price[gte]=10`. */
export type FilterOperator =
  | 'equals'
  | 'not'
  | 'in'
  | 'lt'
  | 'lte'
  | 'gt'
  | 'gte'
  | 'contains'
  | 'startsWith'
  | 'isNull';

/** How a relation is embedded: the resource, the rows, their number and their order. */
export interface Embedding {
  /** The name of the embedded resource; the resource of the relation's model without it. */
  readonly as?: string;
  /** To-many: the number of rows; without it all that the policy allows, up to the bound. */
  readonly take?: number;
  /** To-many: their order, in the form of `sort`: `-createdAt`; the resource's own without it. */
  readonly sort?: string;
  /** To-many: a condition on the rows, in Prisma's `where`. */
  readonly where?: { readonly [key: string]: unknown };
}

export interface Resource {
  /** Its name in problem documents, the API document and tags: `product`. */
  readonly name: string;
  readonly model: string;
  /**
   * The field that changes with every write to the row, an integer or a time. The row's ETag contains it. None without
   * it.
   */
  readonly version?: string;
  /** Scalar fields that a client may request. */
  readonly fields: readonly string[];
  /** Relations that a client may embed, each with its options; none without it. */
  readonly relations: Readonly<Record<string, Embedding>>;
  /** Values that the database computes, by name; none without it. */
  readonly computed: Readonly<Record<string, Computed>>;
  /** The fields of a request without `fields`, in the form of `fields`. */
  readonly defaultFields: string;
  /**
   * The filters: a field, a computed value, or a field of a to-one relation (`device.status`), each with its operators;
   * none without it.
   */
  readonly filters: Readonly<Record<string, readonly FilterOperator[]>>;
  /** Parameter names of filters that differ from the field's name: `{ since: 'employed_since' }`. */
  readonly filterNames: Readonly<Record<string, string>>;
  /** Fields that `sort` may name; none without it. */
  readonly sorts: readonly string[];
  /** The order of a request without `sort`. */
  readonly sort: string;
  /** Rows of a page: the default and the limit; 20 and 100 without it. */
  readonly limit: { readonly default: number; readonly most: number };
  /** The stretch of time that a list covers, with `since` and `until`; all of it without. */
  readonly window: Window | undefined;
  /** The ways to count that `count` may name, with `page` and `per_page`; empty means cursors alone. */
  readonly counts: readonly Count[];
  /** The limits of one request; `DEFAULT_BOUNDS` without it. */
  readonly bounds: Partial<Bounds>;
  /** The rows and fields that each role may see. */
  readonly policy: Policy;
  /** Typical values of a row, by the name of their field or computed value: for the API document. */
  readonly examples: Readonly<Record<string, unknown>>;
  /** For a view: the models whose tables it reads, each with the fields of the view that are fields of the table. */
  readonly madeOf?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** How `count` counts the rows of a list: exactly, or by the statistics of PostgreSQL. */
export type Count = 'exact' | 'estimated';

/** The part of Prisma's generated `TypeMap` that describes each model. */
export interface TypeMapLike {
  model: Record<string, { payload: { scalars: object; objects: object }; operations: { findMany: { args: unknown } } }>;
}

type Payload<T extends TypeMapLike, M extends keyof T['model']> = T['model'][M]['payload'];
type Names<T> = Extract<keyof T, string>;
/** Fields that can count writes. Of the numbers, the registry accepts only integers. */
type VersionNames<S> = { [F in Names<S>]: S[F] extends number | bigint | Date ? F : never }[Names<S>];
type Where<
  T extends TypeMapLike,
  M extends keyof T['model'],
> = T['model'][M]['operations']['findMany']['args'] extends {
  where?: infer W;
}
  ? NonNullable<W>
  : never;

/** A resource as a team writes it: typed by the model, without the optional members. */
export interface ResourceDeclaration<T extends TypeMapLike, M extends Names<T['model']>, C extends string> {
  readonly name: string;
  readonly version?: VersionNames<Payload<T, M>['scalars']>;
  readonly fields: readonly Names<Payload<T, M>['scalars']>[];
  readonly relations?: { readonly [R in Names<Payload<T, M>['objects']>]?: Embedding };
  readonly computed?: { readonly [name in C]: Computed<Names<Payload<T, M>['objects']>> };
  readonly defaultFields: string;
  readonly filters?: {
    readonly [F in
      | Names<Payload<T, M>['scalars']>
      | NoInfer<C>
      | `${Names<Payload<T, M>['objects']>}.${string}`]?: readonly FilterOperator[];
  };
  /** Names for the parameters of filters, if the field's own name is a parameter of every list (`since`, `page`). */
  readonly filterNames?: { readonly [filter: string]: string };
  readonly sorts?: readonly Names<Payload<T, M>['scalars']>[];
  readonly sort: string;
  readonly limit?: { readonly default: number; readonly most: number };
  readonly window?: Window & { readonly field: Names<Payload<T, M>['scalars']> };
  readonly counts?: readonly Count[];
  readonly bounds?: Partial<Bounds>;
  readonly policy: {
    readonly [role: string]: { readonly rows?: SubjectIn<Where<T, M>>; readonly without?: readonly string[] };
  };
  readonly examples?: { readonly [F in Names<Payload<T, M>['scalars']> | NoInfer<C>]?: Json };
  readonly madeOf?: {
    readonly [B in Names<T['model']>]?: {
      readonly [F in Names<Payload<T, M>['scalars']>]?: Names<Payload<T, B>['scalars']>;
    };
  };
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A `where` in which the viewer's subject may stand for any value. */
type SubjectIn<W> = { readonly [K in keyof W]?: W[K] | symbol | SubjectIn<NonNullable<W[K]>> };

const DEFAULT_LIMIT = Object.freeze({ default: 20, most: 100 });

/** A `resource()` for a team's own client. */
export function resources<T extends TypeMapLike>() {
  return <M extends Names<T['model']>, const C extends string = never>(
    model: M,
    declaration: ResourceDeclaration<T, M, C>,
  ): Resource =>
    Object.freeze({
      relations: {},
      computed: {},
      filters: {},
      filterNames: {},
      sorts: [],
      limit: DEFAULT_LIMIT,
      window: undefined,
      counts: [],
      bounds: {},
      examples: {},
      ...(declaration as object),
      model,
    } as unknown as Resource);
}
