/** The rows of a reply at every level, by their keys, and those that the policy of their resource shows to a viewer. */

import type { Hotpath } from '../fastify/instance.ts';
import { identifyingFields, type RelationField } from '../model/data-model.ts';
import { grantFor } from '../resource/policy.ts';
import type { Resource } from '../resource/resource.ts';
import type { SelectNode } from '../resource/select.ts';
import type { Viewer } from '../resource/viewer.ts';
import type { Observation } from './observe.ts';

/** A row of an answer, with its keys. */
export type KeyedRow = Readonly<Record<string, unknown>>;

/** Rows of one resource at one place of a reply; '' is its root. */
export interface Level {
  readonly resource: Resource;
  readonly path: string;
  readonly rows: readonly KeyedRow[];
}

/** Reads a reply's rows again, with the keys of every row. */
export async function readLevels(hotpath: Hotpath, { selection, statements }: Observation): Promise<Level[]> {
  const request = statements.find(({ request: each }) => each?.model === selection?.resource.model)?.request;
  if (!selection || !request) return [];
  const { model, action, args, after } = request;
  const asked = withKeys(hotpath, model, args as SelectNode);
  const { json } = await hotpath.execute(
    hotpath.compiler.compile({ model, action, args: asked, ...(after ? { after } : {}) }),
  );
  const read = JSON.parse(json ?? 'null') as KeyedRow | KeyedRow[] | null;
  return levelsIn(hotpath, { resource: selection.resource, path: '' }, [read ?? []].flat());
}

/** The same selection, with the keys of every level. */
function withKeys(hotpath: Hotpath, modelName: string, { select, ...node }: SelectNode): SelectNode {
  const model = hotpath.resources.dataModel.models[modelName]!;
  const keys = identifyingFields(model).map((key) => [key, true] as const);
  const inner = Object.entries(select).map(([field, value]) => {
    return [
      field,
      value === true ? true : withKeys(hotpath, (model.fields[field] as RelationField).model, value),
    ] as const;
  });
  return { ...node, select: Object.fromEntries([...keys, ...inner]) };
}

function levelsIn({ resources }: Hotpath, at: Omit<Level, 'rows'>, rows: readonly KeyedRow[]): Level[] {
  if (rows.length === 0) return [];
  const below = Object.keys(at.resource.relations).flatMap((relation) => {
    const embedded = rows.flatMap((row) => [(row[relation] ?? []) as KeyedRow | KeyedRow[]].flat());
    const resource = resources.target(at.resource, relation);
    const path = at.path === '' ? relation : `${at.path}.${relation}`;
    return levelsIn({ resources } as Hotpath, { resource, path }, embedded);
  });
  return [{ ...at, rows }, ...below];
}

interface Sight {
  readonly viewer: Viewer;
  /** The keys of the rows; all of the table without it. */
  readonly keys?: readonly KeyedRow[];
}

const AT_ONCE = 500;

/** The number of these rows, and of those that the resource's own policy shows. A view without a key has none. */
export async function countSeen(
  hotpath: Hotpath,
  resource: Resource,
  { viewer, keys }: Sight,
): Promise<{ all: number; seen: number }> {
  const { dataModel } = hotpath.resources;
  const names = identifyingFields(dataModel.models[resource.model]!);
  const grant = grantFor(dataModel, resource, viewer);
  if (!keys)
    return {
      all: await count(hotpath, resource, {}),
      seen: grant ? await count(hotpath, resource, grant.rows ?? {}) : 0,
    };
  if (names.length === 0 || (grant && !grant.rows)) return { all: 0, seen: 0 };
  const distinct = new Map(keys.map((row) => [JSON.stringify(names.map((name) => row[name])), row]));
  const these = [...distinct.values()];
  if (!grant) return { all: these.length, seen: 0 };
  let seen = 0;
  for (let from = 0; from < these.length; from += AT_ONCE) {
    const some = these.slice(from, from + AT_ONCE);
    const any = { OR: some.map((row) => Object.fromEntries(names.map((name) => [name, row[name]]))) };
    seen += await count(hotpath, resource, { AND: [any, grant.rows ?? {}] });
  }
  return { all: these.length, seen };
}

async function count({ compiler, execute }: Hotpath, { model }: Resource, where: object): Promise<number> {
  const { json } = await execute(compiler.compile({ model, action: 'count', args: { where } }, { snapshot: false }));
  return Number(json);
}
