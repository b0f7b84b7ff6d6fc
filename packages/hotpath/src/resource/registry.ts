/**
 * The registry: the resources of one service, beside their data model. It finds a resource by name or by the model of a
 * relation. It refuses an invalid declaration when it is added, not when a request uses it.
 */

import { operatorsOn } from '../compile/plan/filter.ts';
import {
  type DataModel,
  type Field,
  hasOrder,
  identifyingFields,
  type RelationField,
  type ScalarField,
} from '../model/data-model.ts';
import { type Bounds, DEFAULT_BOUNDS } from './bounds.ts';
import { parseFields } from './fields.ts';
import { parameterName, RESERVED_PARAMETERS } from './parameter-names.ts';
import { nobody } from './policy.ts';
import type { Embedding, FilterOperator, Resource } from './resource.ts';
import { readerOf } from './value.ts';
import { versionFault } from './version.ts';

/** A declaration contradicts its model, or another declaration. Thrown when the service starts. */
export class DeclarationError extends Error {
  override readonly name = 'DeclarationError';

  constructor(resource: string, complaint: string) {
    super(`The resource "${resource}" ${complaint}.`);
  }
}

const PARAMETER_NAME = /^[a-zA-Z][a-zA-Z0-9_.]*$/;

const TIMES_OF_DAY = ['Time', 'Timetz'];

const suits = (operator: FilterOperator, field: ScalarField): boolean =>
  operator === 'isNull' ? !field.required : operatorsOn(field).includes(operator);

export class Registry {
  readonly dataModel: DataModel;
  readonly #byName = new Map<string, Resource>();
  readonly #byModel = new Map<string, Resource>();

  constructor(dataModel: DataModel) {
    this.dataModel = dataModel;
  }

  /** @throws {DeclarationError} */
  add(...resources: Resource[]): void {
    for (const resource of resources) {
      if (this.#byName.has(resource.name)) throw new DeclarationError(resource.name, 'is declared twice');
      this.#checkAlone(resource);
      this.#byName.set(resource.name, resource);
      if (!this.#byModel.has(resource.model)) this.#byModel.set(resource.model, resource);
    }
  }

  /**
   * Checks the parts of declarations that need all resources: relations and the default fields. @throws
   * {DeclarationError}
   */
  check(): void {
    for (const resource of this.all()) {
      for (const relation of Object.keys(resource.relations)) this.target(resource, relation);
      this.#checkLean(resource);
    }
  }

  all(): readonly Resource[] {
    return [...this.#byName.values()];
  }

  boundsOf(resource: Resource): Bounds {
    return { ...DEFAULT_BOUNDS, ...resource.bounds };
  }

  scalar(resource: Resource, name: string): ScalarField {
    const field = this.#field(resource, name);
    if (field?.kind !== 'scalar')
      throw new DeclarationError(resource.name, `names the field "${name}", which ${resource.model} does not have`);
    return field;
  }

  relation(resource: Resource, name: string): RelationField {
    const field = this.#field(resource, name);
    if (field?.kind !== 'relation')
      throw new DeclarationError(resource.name, `names the relation "${name}", which ${resource.model} does not have`);
    return field;
  }

  /** The resource that a relation to the model embeds by default; undefined if none is declared. */
  ofModel(model: string): Resource | undefined {
    return this.#byModel.get(model);
  }

  /** The resource that a relation embeds, or would embed; undefined if no resource is declared for its model. */
  targetIfAny(resource: Resource, relation: string): Resource | undefined {
    const isDeclared = this.#byModel.has(this.relation(resource, relation).model);
    return isDeclared || Object.hasOwn(resource.relations, relation) ? this.target(resource, relation) : undefined;
  }

  /** The resource that a relation embeds. */
  target(resource: Resource, relation: string): Resource {
    const { model } = this.relation(resource, relation);
    const { as }: Embedding = resource.relations[relation] ?? {};
    const target = as === undefined ? this.#byModel.get(model) : this.#byName.get(as);
    if (!target)
      throw new DeclarationError(resource.name, `embeds "${relation}", but no resource is declared for ${as ?? model}`);
    if (target.model !== model)
      throw new DeclarationError(resource.name, `embeds "${relation}" as "${as}", which is not a ${model}`);
    return target;
  }

  /**
   * The fields that make an order total; empty for a model without a key whose fields have an order and are never null.
   */
  keyOf(resource: Resource): readonly string[] {
    return identifyingFields(this.dataModel.models[resource.model]!, hasOrder);
  }

  /** @throws {DeclarationError} for a resource whose pages could repeat or omit a row. */
  mustHavePages(resource: Resource): void {
    if (this.keyOf(resource).length > 0) return;
    throw new DeclarationError(
      resource.name,
      `cannot be listed: ${resource.model} has no key whose fields are never null and have an order, so no order of its rows is total`,
    );
  }

  #field(resource: Resource, name: string): Field | undefined {
    const { fields } = this.dataModel.models[resource.model]!;
    return Object.hasOwn(fields, name) ? fields[name] : undefined;
  }

  #checkAlone(resource: Resource): void {
    const { name, model } = resource;
    if (!Object.hasOwn(this.dataModel.models, model))
      throw new DeclarationError(name, `has the model "${model}", which does not exist`);
    if (resource.policy !== nobody && Object.keys(resource.policy ?? {}).length === 0)
      throw new DeclarationError(name, 'has no policy: declare `policy: nobody` if no viewer may see it');
    for (const field of resource.fields) this.scalar(resource, field);
    for (const relation of Object.keys(resource.relations)) this.relation(resource, relation);
    for (const sort of resource.sorts) this.#checkSort(resource, sort);
    for (const sort of resource.sort.split(',')) this.#checkSort(resource, sort.replace(/^-/, ''));
    for (const filter of Object.keys(resource.filters)) this.#checkFilter(resource, filter);
    this.#checkFilterNames(resource);
    this.#checkWindow(resource);
    this.#checkVersion(resource);
  }

  #checkVersion(resource: Resource): void {
    const { name, version } = resource;
    const fault = version === undefined ? undefined : versionFault(this.scalar(resource, version));
    if (fault) throw new DeclarationError(name, `has "${version}" as its version, ${fault}`);
  }

  #checkWindow(resource: Resource): void {
    const { window } = resource;
    if (!window) return;
    const field = this.scalar(resource, window.field);
    const isTime = field.type === 'DateTime' && !field.list && !TIMES_OF_DAY.includes(field.native?.name ?? '');
    if (!isTime || !field.required)
      throw new DeclarationError(
        resource.name,
        `has a window of "${window.field}", which is not a time that every row has`,
      );
    if (window.default > window.most)
      throw new DeclarationError(resource.name, 'has a window whose default is longer than its limit');
  }

  #checkSort(resource: Resource, sort: string): void {
    if (hasOrder(this.scalar(resource, sort))) return;
    throw new DeclarationError(resource.name, `sorts by "${sort}", which has no order`);
  }

  #checkFilterNames(resource: Resource): void {
    const { name, filters, filterNames } = resource;
    const stranger = Object.keys(filterNames).find((filter) => !Object.hasOwn(filters, filter));
    if (stranger)
      throw new DeclarationError(name, `names the parameter of a filter "${stranger}", which it does not have`);
    const names = new Set<string>();
    for (const filter of Object.keys(filters)) {
      const parameter = parameterName(resource, filter);
      if (!PARAMETER_NAME.test(parameter))
        throw new DeclarationError(name, `has the filter parameter "${parameter}", which is not a name`);
      if (RESERVED_PARAMETERS.includes(parameter)) {
        const complaint = `filters by "${filter}", but "${parameter}" is a parameter of every list`;
        throw new DeclarationError(name, `${complaint}; give it another name in \`filterNames\``);
      }
      if (names.has(parameter)) throw new DeclarationError(name, `has two filters with the parameter "${parameter}"`);
      names.add(parameter);
    }
  }

  #checkFilter(resource: Resource, filter: string): void {
    const computed = Object.hasOwn(resource.computed, filter) ? resource.computed[filter] : undefined;
    if (computed && 'compare' in computed) return;
    if (computed) throw new DeclarationError(resource.name, `filters by "${filter}", which is not a comparison`);
    const [first, second, ...more] = filter.split('.') as [string, string?, ...string[]];
    const field = second === undefined ? this.scalar(resource, first) : this.#fieldBehind(resource, first, second);
    if (more.length > 0 || !readerOf(field, this.dataModel)) {
      throw new DeclarationError(resource.name, `filters by "${filter}", which no parameter can contain`);
    }
    const unsuited = resource.filters[filter]!.find((operator) => !suits(operator, field));
    if (!unsuited) return;
    const type = field.native?.name ?? field.enum ?? field.type;
    throw new DeclarationError(resource.name, `filters by "${filter}[${unsuited}]", which a ${type} does not have`);
  }

  #fieldBehind(resource: Resource, relationName: string, name: string): ScalarField {
    const relation = this.relation(resource, relationName);
    const field = this.dataModel.models[relation.model]!.fields[name];
    if (relation.list || field?.kind !== 'scalar') {
      throw new DeclarationError(
        resource.name,
        `filters by "${relationName}.${name}", which is not a field of a to-one relation`,
      );
    }
    return field;
  }

  #checkLean(resource: Resource): void {
    const known = new Set([...resource.fields, ...Object.keys(resource.relations), ...Object.keys(resource.computed)]);
    for (const name of parseFields(resource.defaultFields, this.boundsOf(resource)).keys()) {
      if (!known.has(name))
        throw new DeclarationError(resource.name, `has "${name}" in its default fields, but does not declare it`);
    }
  }
}
