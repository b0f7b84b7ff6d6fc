/** A resource for every model of a data model, made from the data model alone. */
import { type DataModel, hasOrder, type Model } from 'hotpath/model/data-model';
import { everything } from 'hotpath/resource/policy';
import { DeclarationError, Registry } from 'hotpath/resource/registry';
import { type Resource, resources } from 'hotpath/resource/resource';
import { scalarsOf } from '../keys.ts';

const declare = resources<never>() as unknown as (model: string, declaration: object) => Resource;

export interface Declared {
  /** The resources of all models that can have a page. */
  readonly registry: Registry;
  /** The reason why a model has no resource, by its name. */
  readonly refused: ReadonlyMap<string, string>;
}

export function declareModels(dataModel: DataModel): Declared {
  const all = Object.values(dataModel.models);
  const refused = new Map<string, string>();
  for (const model of all) {
    const reason = refusalOf(dataModel, model);
    if (reason !== undefined) refused.set(model.name, reason);
  }
  const registry = new Registry(dataModel);
  const paged = all.filter(({ name }) => !refused.has(name));
  registry.add(...paged.map((model) => resourceOf(model, (target) => !refused.has(target))));
  registry.check();
  return { registry, refused };
}

function refusalOf(dataModel: DataModel, model: Model): string | undefined {
  const alone = new Registry(dataModel);
  const resource = resourceOf(model, () => false);
  try {
    alone.add(resource);
    alone.mustHavePages(resource);
    return undefined;
  } catch (error) {
    if (error instanceof DeclarationError) return error.message;
    throw error;
  }
}

/** Every field and relation, and an order by each field that an order may use. */
function resourceOf(model: Model, isDeclared: (model: string) => boolean): Resource {
  const scalars = scalarsOf(model);
  const sorts = scalars.filter(hasOrder).map(({ name }) => name);
  const related = Object.values(model.fields).filter((field) => field.kind === 'relation' && isDeclared(field.model));
  const [first] = scalars.map(({ name }) => name);
  return declare(model.name, {
    name: model.name,
    fields: scalars.map(({ name }) => name),
    relations: Object.fromEntries(related.map(({ name }) => [name, {}])),
    defaultFields: first,
    sort: sorts[0] ?? first,
    sorts,
    policy: everything('public'),
  });
}
