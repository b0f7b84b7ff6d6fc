/**
 * The possible requests to a route, as query strings: the plain request, each filter, each sort in both directions,
 * each embedding.
 */

import type { ScalarField } from '../model/data-model.ts';
import { exampleValue } from './example-value.ts';
import { filterNamed, filterParameters } from './filter.ts';
import { type Grant, grantFor } from './policy.ts';
import type { Registry } from './registry.ts';
import type { Resource } from './resource.ts';
import type { Viewer } from './viewer.ts';

/** The parts of a resource that a viewer may request. */
export class Askable {
  readonly resource: Resource;
  readonly #grant: Grant;
  readonly #registry: Registry;
  readonly #viewer: Viewer;

  private constructor(registry: Registry, resource: Resource, { viewer, grant }: { viewer: Viewer; grant: Grant }) {
    this.resource = resource;
    this.#grant = grant;
    this.#registry = registry;
    this.#viewer = viewer;
  }

  /** Undefined if the viewer may see nothing of it. */
  static by(viewer: Viewer, resource: Resource, registry: Registry): Askable | undefined {
    const grant = grantFor(registry.dataModel, resource, viewer);
    return grant && new Askable(registry, resource, { viewer, grant });
  }

  get fields(): string[] {
    return this.#shown(this.resource.fields);
  }

  get computed(): string[] {
    return this.#shown(Object.keys(this.resource.computed));
  }

  /** Relations whose resource the viewer may see. */
  get relations(): string[] {
    return this.#shown(Object.keys(this.resource.relations)).filter((name) => this.behind(name) !== undefined);
  }

  /** The parts that the viewer may request of the resource that a relation embeds. */
  behind(relation: string): Askable | undefined {
    return Askable.by(this.#viewer, this.#registry.target(this.resource, relation), this.#registry);
  }

  /** `sort=…` for each declared sort in both directions. */
  get sorts(): string[] {
    return this.#shown(this.resource.sorts).flatMap((sort) => [`sort=${sort}`, `sort=-${sort}`]);
  }

  /** `name=value` for each filter and operator. */
  get filters(): string[] {
    return filterParameters(this.resource).flatMap((parameter) => {
      const { name, operator } = filterNamed(this.resource, parameter)!;
      if (!this.#maySee(name)) return [];
      const value = operator === 'isNull' ? 'true' : this.#exampleOf(name);
      return [`${encodeURIComponent(parameter)}=${encodeURIComponent(value)}`];
    });
  }

  #shown(names: readonly string[]): string[] {
    return names.filter((name) => !this.#grant.without?.includes(name));
  }

  #maySee(filter: string): boolean {
    const [first, second] = filter.split('.') as [string, string?];
    if (this.#grant.without?.some((name) => name === filter || name === first)) return false;
    if (second === undefined) return true;
    const target = this.#registry.targetIfAny(this.resource, first);
    const there = target && grantFor(this.#registry.dataModel, target, this.#viewer);
    return target === undefined || (there !== undefined && !there.without?.includes(second));
  }

  #exampleOf(filter: string): string {
    if (Object.hasOwn(this.resource.computed, filter)) return 'true';
    const [first, second] = filter.split('.') as [string, string?];
    const { dataModel } = this.#registry;
    if (second === undefined) return exampleValue(this.#registry.scalar(this.resource, first), dataModel);
    const { model } = this.#registry.relation(this.resource, first);
    return exampleValue(dataModel.models[model]!.fields[second] as ScalarField, dataModel);
  }
}

/** Every kind of request, each a query string without its `?`. */
export function questionsOf(kind: 'item' | 'list', askable: Askable): string[] {
  const { computed, filters, relations, resource, sorts } = askable;
  const shown = [...relations, ...computed].map((name) => `fields=${name}`);
  if (kind === 'item') return ['', ...shown];
  const sorted = filters.flatMap((filter) => sorts.map((sort) => `${filter}&${sort}`));
  const counts = resource.counts.length > 0 ? ['page=3&per_page=10'] : [];
  return ['', ...filters, ...sorts, ...sorted, ...counts, ...shown.map((each) => `${each}&limit=1`)];
}

/** A path with a query string. */
export const urlOf = (path: string, question: string): string => (question === '' ? path : `${path}?${question}`);
