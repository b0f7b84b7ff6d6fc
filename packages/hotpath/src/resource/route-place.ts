/**
 * The place of a route: the rows that it reads, by the fields that its path fixes. It is checked when the route is
 * declared.
 *
 *     app.item('/members/:kind/:userId', { resource: member })      the key of Member is (kind, userId)
 *     app.item('/products/:id/inventory', { resource: inventory, where: { productId: 'id' } })
 */
import { hasOptionalParameter, parametersIn } from '../http/path.ts';
import type { FixedFields } from './fixed.ts';
import { refusal, shortened } from './refusal.ts';
import { DeclarationError, type Registry } from './registry.ts';
import type { Resource } from './resource.ts';
import { readerOf, type Value } from './value.ts';

/** Fields that a path fixes, each with the parameter that contains its value: `{ userId: 'id' }`. */
export type PathFields = Readonly<Record<string, string>>;

export interface RoutePlace {
  readonly resource: Resource;
  readonly path: string;
  /** For an item without it, each parameter contains the field of its own name. */
  readonly where?: PathFields | undefined;
}

/** The fields that name the row of an item. @throws {DeclarationError} if they could name several rows. */
export function itemFields(registry: Registry, place: RoutePlace): PathFields {
  const { resource, path } = place;
  const where = place.where ?? Object.fromEntries(parametersIn(path).map((name) => [name, name]));
  mustFitPath(registry, { ...place, where });
  const keys = keysOf(registry, resource);
  if (keys.some((key) => key.every((field) => Object.hasOwn(where, field)))) return where;
  const wanted = keys.length > 0 ? keys.map((key) => `(${key.join(', ')})`).join(' or ') : 'none';
  const complaint = `cannot find one row at "${path}": a path names the row by a key of ${resource.model}, which has`;
  throw new DeclarationError(resource.name, `${complaint} ${wanted}`);
}

/** The fields that the rows of a list have in common. @throws {DeclarationError} */
export function listFields(registry: Registry, place: RoutePlace): PathFields {
  const { where = {} } = place;
  mustFitPath(registry, { ...place, where });
  return where;
}

/** The primary key and the unique keys whose fields are all required. */
function keysOf({ dataModel }: Registry, { model }: Resource): (readonly string[])[] {
  const { primaryKey, uniques, fields } = dataModel.models[model]!;
  const keys = [primaryKey, ...Object.values(uniques)].filter((key) => {
    return key.length > 0 && key.every((name) => fields[name]?.required);
  });
  return [...new Map(keys.map((key) => [key.join(), key])).values()];
}

function mustFitPath(registry: Registry, { resource, path, where }: RoutePlace & { readonly where: PathFields }): void {
  const parameters = parametersIn(path);
  const refuse = (complaint: string) => new DeclarationError(resource.name, `is read at "${path}", ${complaint}`);
  if (hasOptionalParameter(path)) throw refuse('where a parameter is optional');
  const used = Object.values(where);
  const unused = parameters.find((name) => !used.includes(name));
  if (unused) throw refuse(`where the parameter "${unused}" fixes no field`);
  for (const [name, parameter] of Object.entries(where)) {
    if (!parameters.includes(parameter)) throw refuse(`which has no parameter "${parameter}"`);
    const field = registry.scalar(resource, name);
    if (!readerOf(field, registry.dataModel)) throw refuse(`but no parameter can contain its "${name}"`);
  }
}

/** Reads the parameters of a request's path. The reading throws a 400 for a text that is not a value of its field. */
export function pathReader(registry: Registry, resource: Resource, where: PathFields) {
  const parts = Object.entries(where).map(([field, parameter]) => {
    return { field, parameter, reader: readerOf(registry.scalar(resource, field), registry.dataModel)! };
  });
  return (params: Readonly<Record<string, string>>): FixedFields => {
    const fixed: Record<string, Value> = {};
    for (const { field, parameter, reader } of parts) {
      const text = params[parameter]!;
      const value = reader.read(text);
      if (value === undefined) throw refusal(parameter, `"${shortened(text)}" must be ${reader.wants}`);
      fixed[field] = value;
    }
    return fixed;
  };
}
