/** The rows of a reply at every level, by their keys, and those that the policy of their resource shows to a viewer. */

import type { Hotpath } from '../fastify/instance.ts';
import type { RelationField } from '../model/data-model.ts';
import { grantFor, type RowCondition } from '../resource/policy.ts';
import type { Resource } from '../resource/resource.ts';
import type { SelectNode } from '../resource/select.ts';
import type { Viewer } from '../resource/viewer.ts';
import { type KeyedRow, keyCondition, keyOfRows } from './key-condition.ts';
import type { Observation } from './observe.ts';

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
  const keys = keyOfRows(model).names.map((key) => [key, true] as const);
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

/** The number of rows that one statement finds again. */
const AT_ONCE = 500;

interface Sights {
  readonly all: number;
  readonly seen: number;
}

/** The number of these rows, and of those that the resource's own policy shows. A view without a key has none. */
export async function countSeen(hotpath: Hotpath, resource: Resource, { viewer, keys }: Sight): Promise<Sights> {
  const { dataModel } = hotpath.resources;
  const grant = grantFor(dataModel, resource, viewer);
  if (!keys)
    return {
      all: await count(hotpath, resource, {}),
      seen: grant ? await count(hotpath, resource, grant.rows ?? {}) : 0,
    };
  const { names } = keyOfRows(dataModel.models[resource.model]!);
  if (names.length === 0 || (grant && !grant.rows)) return { all: 0, seen: 0 };
  const rows = [...new Map(keys.map((row) => [JSON.stringify(names.map((name) => row[name])), row])).values()];
  return { all: rows.length, seen: grant ? await countKeys(hotpath, resource, { rows, granted: grant.rows! }) : 0 };
}

interface Keys {
  /** Rows of different keys. */
  readonly rows: readonly KeyedRow[];
  readonly granted: RowCondition;
}

/** The number of the rows that the condition holds for. */
async function countKeys(hotpath: Hotpath, resource: Resource, { rows, granted }: Keys): Promise<number> {
  const model = hotpath.resources.dataModel.models[resource.model]!;
  const { names, isExact } = keyOfRows(model);
  // Rows of one millisecond could make up for a hidden row of another, so each is looked for by itself.
  const atOnce = isExact ? AT_ONCE : 1;
  let seen = 0;
  for (let from = 0; from < rows.length; from += atOnce) {
    const some = rows.slice(from, from + atOnce);
    const any = { OR: some.map((row) => keyCondition(model, names, row)) };
    seen += Math.min(some.length, await count(hotpath, resource, { AND: [any, granted] }));
  }
  return seen;
}

async function count({ compiler, execute }: Hotpath, { model }: Resource, where: object): Promise<number> {
  const { json } = await execute(compiler.compile({ model, action: 'count', args: { where } }, { snapshot: false }));
  return Number(json);
}
