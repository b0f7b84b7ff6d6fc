/**
 * Every embedding of every resource, as every role: no row comes that the policy of its own resource hides from the
 * viewer. The rows refer to each other across users at random, so that a condition that is left out shows.
 */

import { createCompiler } from 'hotpath/compile/compile';
import { name } from 'hotpath/compile/sql/text';
import { identifyingFields, type RelationField, type ScalarField } from 'hotpath/model/data-model';
import { cursorSigner } from 'hotpath/resource/cursor';
import { grantFor } from 'hotpath/resource/policy';
import { Registry } from 'hotpath/resource/registry';
import type { Resource } from 'hotpath/resource/resource';
import type { SelectNode } from 'hotpath/resource/select';
import { SelectionParser } from 'hotpath/resource/selection';
import type { Viewer } from 'hotpath/resource/viewer';
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { datamodel } from '#datamodel';
import { seed } from '../../prisma/seed/seed.ts';
import { modules } from '../../src/domain/index.ts';
import { scratchDatabase } from '../support/database.ts';

const registry = new Registry(datamodel);
registry.add(...modules.flatMap(({ resources }) => resources));
registry.check();
const parser = new SelectionParser(registry, cursorSigner('secret'));
const compiler = createCompiler({ dataModel: datamodel });
let pool: pg.Pool;

beforeAll(async () => {
  const url = await scratchDatabase();
  await seed({ url, size: 'tiny' });
  pool = new pg.Pool({ connectionString: url, max: 1 });
  // The database is dropped by force.
  pool.on('error', () => {});
  const { rows } = await pool.query<{ name: string }>('SELECT tablename AS name FROM pg_tables');
  const tables = new Set(rows.map((row) => row.name));
  for (const { table, fields } of Object.values(datamodel.models).filter((model) => tables.has(model.table))) {
    const keys = Object.values(fields).filter(
      (field) => field.kind === 'relation' && field.holdsKey,
    ) as RelationField[];
    for (const key of keys.filter(({ from }) => from.length === 1)) await scatter(table, fields, key);
  }
  return () => pool.end();
}, 60_000);

/** Rows of a table refer to rows at random; one that a unique key keeps out stays as it is. */
async function scatter(table: string, fields: Readonly<Record<string, unknown>>, key: RelationField): Promise<void> {
  const target = datamodel.models[key.model]!;
  const ours = name((fields[key.from[0]!] as ScalarField).column);
  const theirs = name((target.fields[key.to[0]!] as ScalarField).column);
  const { rows } = await pool.query(
    `SELECT ctid::text AS place FROM ${name(table)} WHERE ${ours} IS NOT NULL LIMIT 400`,
  );
  for (const { place } of rows) {
    const text = `UPDATE ${name(table)} SET ${ours} = (SELECT ${theirs} FROM ${name(target.table)} ORDER BY random() LIMIT 1)
      WHERE ctid = '${place}'`;
    await pool.query(text).catch(() => {});
  }
}

interface Embedded {
  readonly path: string;
  readonly chain: readonly Resource[];
}

const DEPTH = 3;

/** Every way from a resource over relations: `transactions(merchant(products(id)))`. */
function embeddingsOf(resource: Resource, depth = DEPTH): Embedded[] {
  if (depth === 0) return [];
  return Object.keys(resource.relations).flatMap((relation) => {
    const target = registry.target(resource, relation);
    const inner = embeddingsOf(target, depth - 1);
    return [
      { path: relation, chain: [target] },
      ...inner.map(({ path, chain }) => ({ path: `${relation}.${path}`, chain: [target, ...chain] })),
    ];
  });
}

const VIEWERS: readonly Viewer[] = [
  { subject: undefined, role: 'public' },
  ...['1', '2', '3', '7'].map((subject) => ({ subject, role: 'user' })),
  { subject: '1', role: 'admin' },
];

const write = ([first, ...rest]: string[], leaf: string): string =>
  rest.length === 0 ? `${first}(${leaf})` : `${first}(${write(rest, leaf)})`;

/** The same selection, with the keys of every level. */
function withKeys(model: string, { select, ...node }: SelectNode): SelectNode {
  const { fields } = datamodel.models[model]!;
  const keys = identifyingFields(datamodel.models[model]!).map((key) => [key, true] as const);
  const inner = Object.entries(select).map(([field, value]) => {
    return [field, value === true ? true : withKeys((fields[field] as RelationField).model, value)] as const;
  });
  return { ...node, select: Object.fromEntries([...keys, ...inner]) };
}

type Row = Readonly<Record<string, unknown>>;

function rowsAlong(rows: readonly Row[], [relation, ...rest]: string[]): Row[] {
  if (relation === undefined) return [...rows];
  const next = rows.flatMap((row) => row[relation] ?? []) as Row[];
  return rowsAlong(next, rest);
}

/** How many of these rows the policy of their resource shows to the viewer. */
async function countSeen(resource: Resource, viewer: Viewer, rows: readonly Row[]): Promise<number> {
  const keys = identifyingFields(datamodel.models[resource.model]!);
  const these = { OR: rows.map((row) => Object.fromEntries(keys.map((key) => [key, row[key]]))) };
  const where = { AND: [these, grantFor(datamodel, resource, viewer)?.rows ?? {}] };
  const { text, values } = compiler.compile({ model: resource.model, action: 'count', args: { where } });
  const { rows: counted } = await pool.query(text, [...values]);
  return Number(counted[0].json);
}

async function read(resource: Resource, viewer: Viewer, path: string): Promise<Row[] | undefined> {
  const fields = write(path.split('.'), leafOf(resource, path));
  try {
    const { args } = parser.list({ resource, viewer, query: { fields, limit: '50' } });
    const asked = withKeys(resource.model, args) as SelectNode & object;
    const { text, values } = compiler.compile({
      model: resource.model,
      action: 'findMany',
      args: { ...args, ...asked },
    });
    const { rows } = await pool.query(text, [...values]);
    return JSON.parse(rows[0].json) as Row[];
  } catch (error) {
    // A role that may not see the resource or an embedded one.
    if (['INVALID_REQUEST', 'FORBIDDEN', 'UNAUTHENTICATED'].includes((error as { code: string }).code))
      return undefined;
    throw error;
  }
}

function leafOf(resource: Resource, path: string): string {
  const target = path.split('.').reduce((from, step) => registry.target(from, step), resource);
  return target.fields[0]!;
}

describe.each(registry.all().map((resource) => [resource.name, resource] as const))('%s', (_, resource) => {
  const embeddings = embeddingsOf(resource);

  it.each(VIEWERS.map((viewer) => [`${viewer.role} ${viewer.subject ?? ''}`, viewer] as const))(
    'embeds nothing that %s may not see',
    async (_who, viewer) => {
      for (const { path, chain } of embeddings) {
        const rows = await read(resource, viewer, path);
        if (!rows) continue;
        const found = rowsAlong(rows, path.split('.'));
        const target = chain.at(-1)!;
        const distinct = [...new Map(found.map((row) => [JSON.stringify(row), row])).values()].slice(0, 500);
        const keys = new Set(
          distinct.map((row) =>
            identifyingFields(datamodel.models[target.model]!)
              .map((key) => row[key])
              .join(),
          ),
        );
        if (keys.size > 0) expect([path, await countSeen(target, viewer, distinct)]).toEqual([path, keys.size]);
      }
    },
    60_000,
  );
});

it('finds rows to embed that a policy hides', async () => {
  const transaction = registry.all().find(({ name: each }) => each === 'transaction')!;
  const rows = (await read(transaction, { subject: '1', role: 'user' }, 'order'))!;
  expect(rows.some((row) => row['order'] === null)).toBe(true);
  const all = (await read(transaction, { subject: '1', role: 'admin' }, 'order'))!;
  expect(rowsAlong(all, ['order']).length).toBeGreaterThan(0);
});
