/**
 * Computed values that use rows which their viewer may not see. A policy guards the rows of its resource, but not the
 * counts of them in another resource: `user.orderCount` reveals every user's orders to every viewer.
 *
 * Each value is read twice, over all rows and over the visible rows. If the two differ, the value depends on hidden
 * rows.
 */
import type { Computed } from '../compile/computed.ts';
import { identifyingFields } from '../model/data-model.ts';
import { type Grant, grantFor } from '../resource/policy.ts';
import type { Resource } from '../resource/resource.ts';
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
    const relation = 'compare' in computed ? computed.compare[0].split('.')[0]! : computed.relation;
    if (!Object.hasOwn(proof.hotpath.resources.dataModel.models[resource.model]!.fields, relation)) continue;
    const fault = await faultOf(proof, { resource, grant, relation, computed, asker });
    if (fault) faults.push(`${resource.name}.${name} ${fault}${ADVICE(`${resource.name}.${name}`)}`);
  }
  return faults;
}

const ADVICE = (value: string): string =>
  ` Narrow its \`where\`, keep it from the role with \`without\`, or, if it is intended, pass \`shared: ['${value}']\`.`;

interface Value {
  readonly resource: Resource;
  readonly grant: Grant;
  readonly relation: string;
  readonly computed: Computed;
  readonly asker: Asker;
}

async function faultOf(proof: Proof, value: Value): Promise<string | undefined> {
  const { resource, relation, computed, asker } = value;
  const { resources } = proof.hotpath;
  const model = resources.dataModel.models[resource.model]!;
  if (model.fields[relation]?.kind !== 'relation') return undefined;
  // A model without a resource is shown to no viewer by itself, so no policy hides it.
  const target = resources.targetIfAny(resource, relation);
  if (!target) return undefined;
  const there = grantFor(resources.dataModel, target, asker.viewer);
  if (!there) return `is made of ${target.name}, of which ${asker.name} may see nothing.`;
  const field = 'compare' in computed ? computed.compare[0].split('.')[1] : computed.field;
  if (field && there.without?.includes(field))
    return `is made of "${field}" of ${target.name}, which its policy keeps from ${asker.name}.`;
  if (!there.rows) return undefined;
  const hidden = await ('compare' in computed ? behindHidden(proof, value, there) : overHidden(proof, value, there));
  return hidden && `is made of ${target.name} that ${asker.name} may not see, at ${hidden}.`;
}

/** The key of a row whose value differs between all rows and the visible rows. */
async function overHidden(
  proof: Proof,
  { resource, grant, computed }: Value,
  there: Grant,
): Promise<string | undefined> {
  const { compiler, execute, resources } = proof.hotpath;
  const keys = identifyingFields(resources.dataModel.models[resource.model]!);
  const { where = {} } = computed as { where?: object };
  const seen = { ...computed, where: { AND: [where, there.rows] } };
  const args = {
    select: Object.fromEntries(keys.map((key) => [key, true])),
    computed: { all_: computed, seen_: seen },
    where: grant.rows ?? {},
    take: LOOKED_AT,
  };
  const { json } = await execute(compiler.compile({ model: resource.model, action: 'findMany', args }));
  const rows = JSON.parse(json ?? '[]') as Record<string, unknown>[];
  const other = rows.find(({ all_, seen_ }) => JSON.stringify(all_) !== JSON.stringify(seen_));
  return other && JSON.stringify(Object.fromEntries(keys.map((key) => [key, other[key]])));
}

/** The key of a row whose value is compared in a hidden row. */
async function behindHidden(
  proof: Proof,
  { resource, grant, relation }: Value,
  there: Grant,
): Promise<string | undefined> {
  const { compiler, execute, resources } = proof.hotpath;
  const keys = identifyingFields(resources.dataModel.models[resource.model]!);
  const hidden = { AND: [{ [relation]: { isNot: null } }, { NOT: { [relation]: { is: there.rows } } }] };
  const { required } = resources.relation(resource, relation);
  const where = { AND: [grant.rows ?? {}, required ? hidden.AND[1] : hidden] };
  const args = { select: Object.fromEntries(keys.map((key) => [key, true])), where };
  const { json } = await execute(compiler.compile({ model: resource.model, action: 'findFirst', args }));
  return json ?? undefined;
}
