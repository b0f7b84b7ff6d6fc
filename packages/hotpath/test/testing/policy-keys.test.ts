/** `policies()` finds the rows of an answer again by keys of every type. */
import { type Resource, resources, SUBJECT } from 'hotpath';
import { defineDataModel, type ScalarField } from 'hotpath/model/data-model';
import { policies } from 'hotpath/testing';
import { countSeen } from 'hotpath/testing/policy-rows';
import { expect, it } from 'vitest';
import { as, openBlog } from './blog.ts';

const scalar = (name: string, type: ScalarField['type'], native?: ScalarField['native']): ScalarField => ({
  ...{ kind: 'scalar', name, column: name, type, list: false, required: true },
  ...(native && { native }),
});

const precise = (name: string, digits = '6') => ({ name, args: [digits] });

const note = (resources() as unknown as (name: string, declaration: object) => Resource)('Note', {
  ...{ name: 'note', fields: ['owner'], defaultFields: 'owner', sort: 'owner' },
  policy: { user: { rows: { owner: SUBJECT } } },
});

/** Four notes: the first two are alice's. */
const notes = (key: ScalarField, type: string, values: readonly string[]) => ({
  model: defineDataModel({
    enums: {},
    models: {
      Note: {
        ...{ name: 'Note', table: 'note', primaryKey: ['key'], uniques: { key: ['key'] } },
        fields: { key, owner: scalar('owner', 'Int') },
      },
    },
  }),
  tables: `CREATE TABLE person (id int); CREATE TABLE note (key ${type} PRIMARY KEY, owner int NOT NULL);
    INSERT INTO note VALUES ${values.map((value, index) => `('${value}', ${index < 2 ? 1 : 2})`).join()}`,
});

it.each<[ScalarField, string, string[]]>([
  [scalar('key', 'BigInt'), 'bigint', ['1', '9007199254740993', '9007199254740992', '-9223372036854775808']],
  [scalar('key', 'Bytes'), 'bytea', ['', '\\x00ff', '\\x00fe', '\\x0a']],
  [scalar('key', 'Decimal'), 'numeric', ['1.5', '99999999999999999999.1', '99999999999999999999.2', '-1']],
  [scalar('key', 'DateTime'), 'timestamp(3)', ['2026-01-01 00:00:00.001', '2026-01-02', '2026-01-03', '1969-01-01']],
  ...['timestamptz', 'timestamp'].map((type): [ScalarField, string, string[]] => [
    scalar('key', 'DateTime', precise(type === 'timestamp' ? 'Timestamp' : 'Timestamptz')),
    `${type}(6)`,
    [
      '2026-01-01 00:00:00.123456',
      '1969-12-31 23:59:59.999999',
      '2026-01-01 00:00:00.124',
      '2026-01-01 00:00:00.122999',
    ],
  ]),
  [
    scalar('key', 'DateTime', precise('Time')),
    'time(6)',
    ['00:00:00.000001', '23:59:59.999999', '12:00:00.123456', '12:00:00.124'],
  ],
])('%j', async (key, type, values) => {
  const { model, tables } = notes(key, type, values);
  await using blog = await openBlog({
    tables,
    isLogged: false,
    hotpath: { model, resources: [note] },
    routes: (app) => app.list('/notes', { resource: note, budget: 1 }),
  });
  const { alice, bob } = as;
  expect(await policies({ app: blog.app, as: { alice, bob } as never })).toMatchObject({
    hidden: { note: 4 },
    rows: 4,
  });

  const { compiler, execute } = blog.app.hotpath;
  const all = compiler.compile({ model: 'Note', action: 'findMany', args: { select: { key: true } } });
  const keys = JSON.parse((await execute(all)).json!);
  const viewer = { subject: '1', role: 'user' };
  expect(await countSeen(blog.app.hotpath, note, { viewer, keys })).toEqual({ all: 4, seen: 2 });
});
