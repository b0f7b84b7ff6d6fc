/** Relations of the data model: their keys, and the join tables of implicit many-to-many relations. */
import type { DMMF } from '@prisma/generator-helper';
import type { RelationField } from '../data-model.ts';
import { UnsupportedSchemaError } from './error.ts';

type Models = ReadonlyMap<string, DMMF.Model>;

/**
 * Whether Prisma Client reads a relation. It reads neither side if one side is `@ignore`d, or if the foreign key has an
 * `@ignore`d or `Unsupported` field, although its types list the remaining side.
 */
export function isReadable(field: DMMF.Field, model: DMMF.Model, models: Models): boolean {
  const back = mirrorOf(field, model, models);
  if (!back) return false;
  const [holder, of] = field.relationFromFields?.length ? [field, model] : [back, models.get(field.type)!];
  return (holder.relationFromFields ?? []).every((name) => hasField(of, name));
}

/** @throws {UnsupportedSchemaError} for a relation to a field that the DMMF leaves out: its column is unknown. */
export function toRelation(field: DMMF.Field, model: DMMF.Model, models: Models): RelationField {
  const other = models.get(field.type)!;
  const back = mirrorOf(field, model, models)!;
  const shared = {
    kind: 'relation',
    name: field.name,
    model: field.type,
    list: field.isList,
    required: field.isRequired,
    back: back.name,
  } as const;
  if (field.relationFromFields?.length) {
    const to = field.relationToFields ?? [];
    mustHave({ model, field }, other, to);
    return { ...shared, from: field.relationFromFields, to, holdsKey: true };
  }
  if (back.relationFromFields?.length) {
    const from = back.relationToFields ?? [];
    mustHave({ model, field }, model, from);
    return { ...shared, from, to: back.relationFromFields, holdsKey: false };
  }
  return { ...shared, ...joinTable({ model, field }, back, other) };
}

/** The field on the other side; undefined if it is `@ignore`d. */
function mirrorOf(field: DMMF.Field, model: DMMF.Model, models: Models): DMMF.Field | undefined {
  return models.get(field.type)?.fields.find((candidate) => {
    if (candidate.relationName !== field.relationName || candidate.type !== model.name) return false;
    return field.type !== model.name || candidate.name !== field.name;
  });
}

interface Side {
  readonly model: DMMF.Model;
  readonly field: DMMF.Field;
}

/**
 * Prisma names the join table `_Relation`; column A belongs to the model (or field, within one model) that is first by
 * alphabet.
 */
function joinTable(side: Side, back: DMMF.Field, other: DMMF.Model) {
  const { model, field } = side;
  const isA = model.name === other.name ? field.name < back.name : model.name < other.name;
  const owner = isA ? model : other;
  return {
    from: [keyOf(side, model)],
    to: [keyOf(side, other)],
    holdsKey: false,
    through: {
      ...(owner.schema && { schema: owner.schema }),
      table: `_${field.relationName}`,
      from: isA ? 'A' : 'B',
      to: isA ? 'B' : 'A',
    },
  } as const;
}

/** A model of an implicit many-to-many relation has an `@id`, but the DMMF lacks an `@ignore`d one. */
function keyOf({ model, field }: Side, of: DMMF.Model): string {
  const id = of.fields.find(({ isId }) => isId);
  if (id) return id.name;
  throw new UnsupportedSchemaError(`${model.name}.${field.name}`, `joins the @id of ${of.name}, which is @ignore'd`);
}

function mustHave({ model, field }: Side, of: DMMF.Model, names: readonly string[]): void {
  const missing = names.find((name) => !hasField(of, name));
  if (missing === undefined) return;
  const fault = `joins ${of.name}.${missing}, which is @ignore'd or Unsupported`;
  throw new UnsupportedSchemaError(`${model.name}.${field.name}`, fault);
}

function hasField({ fields }: DMMF.Model, name: string): boolean {
  return fields.some((field) => field.name === name && field.kind !== 'unsupported');
}
