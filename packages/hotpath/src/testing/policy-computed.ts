/**
 * Computed values that use rows or fields which their viewer may not see. A policy guards the rows of its resource, but
 * not the counts of them in another resource: `user.orderCount` reveals every user's orders to every viewer.
 *
 * An aggregate is read twice, over all rows and over the visible rows. If the two differ, it depends on hidden rows. The
 * relations of a comparison, and those inside an aggregate's `where`, must lead to visible rows only.
 */
import type { Computed } from '../compile/computed.ts';
import { type PlacedUse, usesOfComputed } from '../freshness/conditions.ts';
import { type DataModel, identifyingFields, type Model, type RelationField } from '../model/data-model.ts';
import { type Grant, grantFor, type RowCondition } from '../resource/policy.ts';
import type { Resource } from '../resource/resource.ts';
import { type KeyedRow, keyOfRows } from './key-condition.ts';
import { countSeen } from './policy-rows.ts';
import type { Asker, Proof } from './proof.ts';

interface Asked {
  readonly asker: Asker;
  /** Values that intentionally do so, as resource and name. */
  readonly shared: readonly string[];
}

const LOOKED_AT = 200;

export async function computedFaults(proof: Proof, resource: Resource, { asker, shared }: Asked): Promise<string[]> {
  const grant = grantFor(proof.hotpath.resources.dataModel, resource, asker.viewer);
  if (!grant) return [];
  const faults: string[] = [];
  for (const [name, computed] of Object.entries(resource.computed)) {
    if (grant.without?.includes(name) || shared.includes(`${resource.name}.${name}`)) continue;
    const fault = await faultOf(proof, { resource, grant, computed, asker });
    if (fault) faults.push(`${resource.name}.${name} ${fault}${ADVICE(`${resource.name}.${name}`)}`);
  }
  return faults;
}

const ADVICE = (value: string): string =>
  ` Narrow its \`where\`, keep it from the role with \`without\`, or, if it is intended, pass \`shared: ['${value}']\`.`;

interface Value {
  readonly resource: Resource;
  readonly grant: Grant;
  readonly computed: Computed;
  readonly asker: Asker;
}

/** The first field or relation, on the way of the value, that shows what a policy hides. */
async function faultOf(proof: Proof, value: Value): Promise<string | undefined> {
  const { dataModel } = proof.hotpath.resources;
  const { resource, computed } = value;
  for (const use of usesOfComputed(dataModel, dataModel.models[resource.model]!, computed)) {
    const fault = fieldFault(proof, value, use) ?? (await relationFault(proof, value, use));
    if (fault) return fault;
  }
  return undefined;
}

function fieldFault(proof: Proof, { resource, asker }: Value, { field, via }: PlacedUse): string | undefined {
  const owner = resourceAt(proof, resource, via);
  const grant = owner && grantFor(proof.hotpath.resources.dataModel, owner, asker.viewer);
  if (!grant?.without?.includes(field.name)) return undefined;
  return `is made of "${field.name}" of ${owner!.name}, which its policy keeps from ${asker.name}.`;
}

async function relationFault(proof: Proof, value: Value, { field, via }: PlacedUse): Promise<string | undefined> {
  const { resource, computed, asker } = value;
  if (field.kind !== 'relation') return undefined;
  const path = [...via, field.name];
  // A model without a resource is shown to no viewer by itself, so no policy hides it.
  const target = resourceAt(proof, resource, path);
  if (!target) return undefined;
  const there = grantFor(proof.hotpath.resources.dataModel, target, asker.viewer);
  if (!there) return `is made of ${target.name}, of which ${asker.name} may see nothing.`;
  if (!there.rows) return undefined;
  const isAggregated = via.length === 0 && 'aggregate' in computed;
  const way = { path, target, rows: there.rows };
  const find = isAggregated ? overHidden : field.list ? amongRows : behindRow;
  const hidden = await find(proof, value, way);
  return hidden && `is made of ${target.name} that ${asker.name} may not see, at ${hidden}.`;
}

/** The resource whose policy guards the rows at the end of a path; undefined for a model without one. */
function resourceAt({ hotpath: { resources } }: Proof, resource: Resource, path: readonly string[]) {
  let model = resources.dataModel.models[resource.model]!;
  let at: Resource | undefined = resource;
  for (const step of path) {
    const relation = model.fields[step] as RelationField;
    at = at ? resources.targetIfAny(at, step) : resources.ofModel(relation.model);
    model = resources.dataModel.models[relation.model]!;
  }
  return at;
}

/** The key of a row whose value differs between all rows and the visible rows. */
async function overHidden(proof: Proof, value: Value, { rows: visible }: Way): Promise<string | undefined> {
  const { computed } = value;
  const { where = {} } = computed as { where?: object };
  const seen = { ...computed, where: { AND: [where, visible] } };
  const rows = await readRows(proof, value, { select: {}, computed: { all_: computed, seen_: seen } });
  const other = rows.find(({ all_, seen_ }) => JSON.stringify(all_) !== JSON.stringify(seen_));
  return other && keyText(proof, value, other);
}

/** A path of relations to rows that the viewer may see in part. */
interface Way {
  readonly path: readonly string[];
  readonly target: Resource;
  /** The condition of the rows that the viewer may see. */
  readonly rows: RowCondition;
}

/** The key of a row from which a path leads to a hidden row. The path ends with a relation to one row. */
async function behindRow(proof: Proof, value: Value, { path, rows }: Way): Promise<string | undefined> {
  const { compiler, execute, resources } = proof.hotpath;
  const { resource, grant } = value;
  const model = resources.dataModel.models[resource.model]!;
  const where = { AND: [grant.rows ?? {}, leadsToHidden(resources.dataModel, model, path, rows)] };
  const select = Object.fromEntries(identifyingFields(model).map((key) => [key, true]));
  const { json } = await execute(
    compiler.compile({ model: resource.model, action: 'findFirst', args: { select, where } }),
  );
  return json ?? undefined;
}

function leadsToHidden(dataModel: DataModel, model: Model, path: readonly string[], rows: RowCondition): RowCondition {
  const [step, ...more] = path as [string, ...string[]];
  const relation = model.fields[step] as RelationField;
  if (more.length === 0) {
    const isHidden = { NOT: { [step]: { is: rows } } };
    return relation.required ? isHidden : { AND: [{ [step]: { isNot: null } }, isHidden] };
  }
  const inner = leadsToHidden(dataModel, dataModel.models[relation.model]!, more, rows);
  return { [step]: { [relation.list ? 'some' : 'is']: inner } };
}

/** The same for a path that ends with a list, of as many rows as the proof looks at. */
async function amongRows(proof: Proof, value: Value, { path, target }: Way): Promise<string | undefined> {
  const { hotpath } = proof;
  const { models } = hotpath.resources.dataModel;
  if (keyOfRows(models[target.model]!).names.length === 0) return undefined;
  const rows = await readRows(proof, value, { select: keysBehind(proof, models[value.resource.model]!, path) });
  const isHidden = async (some: readonly KeyedRow[]) => {
    const keys = some.flatMap((row) => rowsBehind(row, path));
    const { all, seen } = await countSeen(hotpath, target, { viewer: value.asker.viewer, keys });
    return seen < all;
  };
  if (!(await isHidden(rows))) return undefined;
  for (const row of rows) if (await isHidden([row])) return keyText(proof, value, row);
  return undefined;
}

/** A `select` of the keys at the end of a path. */
function keysBehind(proof: Proof, model: Model, path: readonly string[]): object {
  const [step, ...more] = path;
  if (step === undefined) return Object.fromEntries(keyOfRows(model).names.map((key) => [key, true]));
  const relation = model.fields[step] as RelationField;
  const select = keysBehind(proof, proof.hotpath.resources.dataModel.models[relation.model]!, more);
  return { [step]: { select, ...(relation.list && { take: LOOKED_AT }) } };
}

function rowsBehind(row: KeyedRow, path: readonly string[]): KeyedRow[] {
  let rows = [row];
  for (const step of path) rows = rows.flatMap((each) => [(each[step] ?? []) as KeyedRow | KeyedRow[]].flat());
  return rows;
}

interface Outputs {
  readonly select: object;
  readonly computed?: object;
}

/** Rows of the value's resource that the viewer may see, with their keys. */
async function readRows({ hotpath }: Proof, { resource, grant }: Value, outputs: Outputs): Promise<KeyedRow[]> {
  const { compiler, execute, resources } = hotpath;
  const model = resources.dataModel.models[resource.model]!;
  const keys = Object.fromEntries(identifyingFields(model).map((key) => [key, true]));
  const args = { ...outputs, select: { ...keys, ...outputs.select }, where: grant.rows ?? {}, take: LOOKED_AT };
  const { json } = await execute(compiler.compile({ model: resource.model, action: 'findMany', args }));
  return JSON.parse(json ?? '[]') as KeyedRow[];
}

function keyText({ hotpath: { resources } }: Proof, { resource }: Value, row: KeyedRow): string {
  const keys = identifyingFields(resources.dataModel.models[resource.model]!);
  return JSON.stringify(Object.fromEntries(keys.map((key) => [key, row[key]])));
}
