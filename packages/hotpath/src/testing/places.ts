/**
 * The places of a route: its path with values of rows that the viewer may see, taken from the database through the
 * route's own resource. For an item, the rows with the most and the fewest children; for a list below a row, the places
 * with the most and the fewest rows.
 */
import type { ReadRequest } from '../compile/plan/read.ts';
import type { ServedRead } from '../fastify/reads/served-reads.ts';
import { grantFor, type RowCondition } from '../resource/policy.ts';
import { urlWithExamples, withParameters } from './path-values.ts';
import type { Asker, Proof } from './proof.ts';

/** The number of rows that are read to find places. */
const LOOKED_AT = 1000;

type Row = Readonly<Record<string, unknown>>;

/** Each path once, the one with the most rows first; empty if the viewer may see no row. */
export async function placesOf(proof: Proof, { url, read }: ServedRead, asker: Asker): Promise<string[]> {
  const { params, hotpath } = proof;
  const given = params[url];
  if (given) return [withParameters(url, given)];
  const where = read.where ?? {};
  if (Object.keys(where).length === 0) return [url];
  const grant = grantFor(hotpath.resources.dataModel, read.resource, asker.viewer);
  if (!grant) return [];
  const seen = { read, rows: grant.rows ?? {}, fields: Object.keys(where) };
  const rows = read.kind === 'item' ? await itemRows(proof, seen) : await listRows(proof, seen);
  const paths = rows.map((row) => {
    const values = Object.entries(where).map(([field, parameter]) => [parameter, String(row[field])]);
    return withParameters(url, Object.fromEntries(values));
  });
  return [...new Set(paths)];
}

/** The first place; without one, the path with values of the right types. */
export async function somePlace(proof: Proof, route: ServedRead, asker: Asker): Promise<string> {
  const [path] = await placesOf(proof, route, asker);
  return path ?? urlWithExamples(proof.hotpath, route);
}

interface Seen {
  readonly read: ServedRead['read'];
  /** The rows that the viewer may see. */
  readonly rows: RowCondition;
  /** The fields that the path fixes. */
  readonly fields: readonly string[];
}

const argsOf = (proof: Proof, seen: Seen): object => ({
  select: Object.fromEntries(seen.fields.map((field) => [field, true])),
  where: whole(proof, seen),
});

async function itemRows(proof: Proof, seen: Seen): Promise<Row[]> {
  const { resource } = seen.read;
  const { resources } = proof.hotpath;
  const lists = Object.keys(resource.relations).filter((name) => resources.relation(resource, name).list);
  const orders = lists.flatMap((relation) => {
    const value = { aggregate: 'count', relation };
    return ['desc', 'asc'].map((sort) => ({ computed: { value, sort } }));
  });
  const found: Row[] = [];
  for (const order of orders.length > 0 ? orders : [undefined]) {
    const args = { ...argsOf(proof, seen), take: 1, ...(order && { orderBy: [order] }) };
    found.push(...(await readRows(proof, { model: resource.model, action: 'findMany', args })));
  }
  return found;
}

async function listRows(proof: Proof, seen: Seen): Promise<Row[]> {
  const args = { ...argsOf(proof, seen), take: LOOKED_AT };
  const found = await readRows(proof, { model: seen.read.resource.model, action: 'findMany', args });
  const counted = new Map<string, { readonly row: Row; rows: number }>();
  for (const row of found) {
    const key = JSON.stringify(row);
    const known = counted.get(key) ?? { row, rows: 0 };
    known.rows += 1;
    counted.set(key, known);
  }
  const byRows = [...counted.values()].sort((one, other) => other.rows - one.rows);
  return [byRows[0], byRows.at(-1)].flatMap((each) => (each ? [each.row] : []));
}

/** Rows in which each of the fields has a value, so that a path can name them. */
function whole({ hotpath }: Proof, { read, rows, fields }: Seen): object {
  const optional = fields.filter((field) => !hotpath.resources.scalar(read.resource, field).required);
  return { AND: [rows, ...optional.map((field) => ({ [field]: { not: null } }))] };
}

async function readRows(proof: Proof, request: ReadRequest): Promise<Row[]> {
  const { compiler, execute } = proof.hotpath;
  const { json } = await execute(compiler.compile(request, { snapshot: false }));
  return JSON.parse(json ?? '[]') as Row[];
}
