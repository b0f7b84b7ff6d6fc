/**
 * The tags of an answer: the names of all that it was made from, derived from its selection and its result. The tags of a
 * change are made in PostgreSQL (`triggers.ts`).
 *
 *     product                  a table: any change in it
 *     product:7                a row; a key of several fields has its values in order, `permission:3,9`
 *     product?categoryId=7     a collection: the rows with this value of a foreign key, or of a unique key
 *
 * The rule, which makes them sound: take any change of any row. If the JSON of the selection can differ because of it,
 * then a tag of the row before the change or of the row after it is among the entry's, and the triggers log both. A row
 * reaches the JSON in one of these ways:
 * - as a root row. Where the selection fixes a key, the row has that key: the tag by this key. Else the table's;
 * - as a child of a root row, listed or aggregated. Its foreign key equals a key of that root row: the collection by
 *   this key, of every root row in the result. A root row that comes, goes or changes its key has a tag of its own;
 * - in any other way: deeper, as the parent of a root row, in a condition or an order: the table's.
 * Of a view, the tables that it is made of stand in its place.
 *
 * A key whose values the database may write in two ways, or takes for equal where their bytes differ, has no tags
 * (`spelling.ts`, `coverage.ts`): the table's tag takes their place. So it does for the children of a root row that has such
 * a key: a `Char(8)` is read with blanks at its end, which the child's `VarChar` does not have.
 */
import type { DataModel, Model, RelationField, ScalarField } from '../model/data-model.ts';
import type { SelectNode } from '../resource/select.ts';
import type { Selection } from '../resource/selection.ts';
import { ANY, type FieldUse, type Fixed, fixedValues, usesOf, usesOfComputed, usesOfNode } from './conditions.ts';
import { spell, spellingOf } from './spelling.ts';
import { joinSource, madeOf, mustBeWatched, sourceOf, type Watched, type WatchedTable } from './watched.ts';

/** The values of a root row's key fields, in the order of `rootKeys`. */
export type RootKey = readonly unknown[];

type Asked = Pick<Selection, 'resource' | 'args'>;

/** The fields of the root rows whose values `tagsOf` needs: what to ask of the compiler as `keys`. */
export function rootKeys({ registry: { dataModel } }: Watched, { resource, args }: Asked): string[] {
  const model = dataModel.models[resource.model]!;
  const fixed = spelledValues(model, args.where);
  const steps = stepsOf(dataModel, model, args);
  const names = steps.flatMap(({ relation }) => (relation.holdsKey ? [] : relation.from));
  return [...new Set(names)].filter((name) => fixed.get(name)?.length !== 1).sort();
}

/** @param keys one for each root row; none where there are no `rootKeys`, or no rows. */
export function tagsOf(watched: Watched, asked: Asked, keys: readonly RootKey[] = []): string[] {
  const { dataModel } = watched.registry;
  const { resource, args } = asked;
  const model = dataModel.models[resource.model]!;
  const fixed = spelledValues(model, args.where);
  const uses = [...usesOf(dataModel, model, [args.where, args.orderBy].flat())];
  mustBeWatched(watched, resource, uses);
  const to: Target = { watched, tags: new Set() };
  addRows(to, resource.model, fixed);
  addBehind(to, uses);
  const names = rootKeys(watched, asked);
  const rows = (names.length > 0 ? keys : [[]]).map((row) => {
    return new Map([...fixed, ...names.map((name, index) => [name, [row[index]]] as const)]);
  });
  for (const { relation, uses } of stepsOf(dataModel, model, args)) {
    if (relation.holdsKey) addRows(to, relation.model, ANY);
    else if (!haveOneSpelling(watched, model, relation)) addAnyRelated(to, relation);
    else for (const row of rows) addChildren(to, relation, row);
    addBehind(to, uses);
  }
  return [...to.tags];
}

/** The values that a condition fixes, as the triggers log them, of fields that make tags. */
function spelledValues(model: Model, where: unknown): Fixed {
  const spelled = [...fixedValues(where)].flatMap(([name, values]) => {
    const field = Object.hasOwn(model.fields, name) ? model.fields[name] : undefined;
    if (field?.kind !== 'scalar' || spellingOf(field) === undefined) return [];
    const texts = values.map((value) => spell(field, value));
    return texts.every((text) => text !== undefined) ? [[name, texts] as const] : [];
  });
  return new Map(spelled);
}

/** A relation of the root's model, one step away from it, and what is looked at behind it. */
interface Step {
  readonly relation: RelationField;
  readonly uses: readonly FieldUse[];
}

interface Known {
  readonly computed: SelectNode['computed'];
  readonly steps: readonly Step[];
}

/** The steps of selects that cannot change: those that many requests share. */
const knownSteps = new WeakMap<object, Known>();

function stepsOf(dataModel: DataModel, model: Model, node: SelectNode): readonly Step[] {
  const { select, computed } = node;
  const known = knownSteps.get(select);
  if (known && known.computed === computed) return known.steps;
  const steps = stepsAnew(dataModel, model, node);
  if (Object.isFrozen(select)) knownSteps.set(select, { computed, steps });
  return steps;
}

function stepsAnew(dataModel: DataModel, model: Model, { select, computed = {} }: SelectNode): Step[] {
  const embedded = Object.entries(select).flatMap(([name, inside]): Step[] => {
    const relation = model.fields[name]!;
    if (relation.kind !== 'relation') return [];
    const uses = inside === true ? [] : [...usesOfNode(dataModel, dataModel.models[relation.model]!, inside)];
    return [{ relation, uses }];
  });
  const values = Object.values(computed).flatMap((value): Step[] => {
    const [first, ...uses] = usesOfComputed(dataModel, model, value);
    return first?.field.kind === 'relation' ? [{ relation: first.field, uses }] : [];
  });
  return [...embedded, ...values];
}

interface Target {
  readonly watched: Watched;
  readonly tags: Set<string>;
}

/** With more rows of one table than this, the table's tag is shorter. */
const MOST_ROWS = 200;

/** The rows in which some fields have one of some values: by a key among these, or else the table. */
function addRows(to: Target, name: string, fixed: Fixed): void {
  const table = to.watched.tables.get(name);
  if (table) addTable(to, table, fixed);
  else addBases(to, name, fixed);
}

function addTable(to: Target, { source, keys }: WatchedTable, fixed: Fixed): void {
  const { inexactFields } = to.watched;
  const names = ({ name }: ScalarField) => fixed.has(name) && !inexactFields.has(`${source}.${name}`);
  const key = keys.find(({ fields }) => fields.every(names));
  const lists = key?.fields.map((field) => fixed.get(field.name)!) ?? [];
  const rows = lists.reduce((product, { length }) => product * length, 1);
  if (!key || rows > MOST_ROWS) to.tags.add(source);
  else for (const values of combinations(lists)) to.tags.add(`${source}${key.prefix}${values.join(',')}`);
}

function addBases(to: Target, view: string, fixed: Fixed): void {
  for (const [base, fields] of Object.entries(madeOf(to.watched.registry, view)!)) {
    const known = [...fixed].flatMap(([name, values]) => {
      const theirs = Object.hasOwn(fields, name) ? fields[name]! : undefined;
      if (theirs === undefined) return [];
      const isNamed = areSpelledAlike(to.watched, { model: view, field: name }, { model: base, field: theirs });
      return isNamed ? [[theirs, values] as const] : [];
    });
    addRows(to, base, new Map(known));
  }
}

function addChildren(to: Target, { model, from, to: theirs, through }: RelationField, row: Fixed): void {
  const lists = from.map((name) => row.get(name)!);
  if (lists.some(([value]) => value === null)) return;
  addRows(to, model, through ? ANY : new Map(theirs.map((name, index) => [name, lists[index]!])));
  if (through) addRows(to, joinSource(through), new Map([[through.from, lists[0]!]]));
}

/** Whether the key of a parent is written as that of its children. A join table has the type of the parent's key. */
function haveOneSpelling(
  watched: Watched,
  { name: parent }: Model,
  { from, model, to, through }: RelationField,
): boolean {
  return from.every((field, index) => {
    const theirs = through ? { model: parent, field } : { model, field: to[index]! };
    return areSpelledAlike(watched, { model: parent, field }, theirs);
  });
}

interface FieldPlace {
  readonly model: string;
  readonly field: string;
}

/** Whether a value of the one field names rows by the other field, which `addTable` checks in the database by itself. */
function areSpelledAlike({ registry, inexactFields }: Watched, one: FieldPlace, other: FieldPlace): boolean {
  const [spelling, theirs] = [one, other].map(({ model, field }) =>
    spellingOf(registry.dataModel.models[model]!.fields[field] as ScalarField),
  );
  if (inexactFields.has(`${sourceOf(one.model)}.${one.field}`)) return false;
  return spelling !== undefined && spelling === theirs;
}

function addAnyRelated(to: Target, { model, through }: RelationField): void {
  addRows(to, model, ANY);
  if (through) addRows(to, joinSource(through), ANY);
}

/** Behind a relation that is looked at stands any row of its table. */
function addBehind(to: Target, uses: Iterable<FieldUse>): void {
  for (const { field } of uses) if (field.kind === 'relation') addAnyRelated(to, field);
}

/** `[[1, 2], [3]]`: `[1, 3]` and `[2, 3]`. */
function combinations(lists: readonly (readonly unknown[])[]): unknown[][] {
  return lists.reduce<unknown[][]>((all, list) => all.flatMap((one) => list.map((value) => [...one, value])), [[]]);
}
