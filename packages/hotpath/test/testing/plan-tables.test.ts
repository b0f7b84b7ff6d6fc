/** `indexedPlans()` knows every table that a plan reads: join tables, and tables of one name in two schemas. */
import { everything, type Resource, resources } from 'hotpath';
import { defineDataModel, type Field, type ScalarField } from 'hotpath/model/data-model';
import { indexedPlans } from 'hotpath/testing';
import { describe, expect, it } from 'vitest';
import { openBlog } from './blog.ts';

const id: ScalarField = { kind: 'scalar', name: 'id', column: 'id', type: 'Int', list: false, required: true };
const kind: ScalarField = { ...id, name: 'kind', column: 'kind' };

const joined = (name: string, model: string, back: string, [from, to]: ['A' | 'B', 'A' | 'B']): Field => ({
  ...{ kind: 'relation', name, model, list: true, required: true, back, from: ['id'], to: ['id'], holdsKey: false },
  through: { table: '_PostToTag', from, to },
});

const modelOf = (name: string, schema: string, ...fields: Field[]) => ({
  ...{ name, schema, table: 'entry', primaryKey: ['id'], uniques: { id: ['id'] } },
  fields: Object.fromEntries([id, kind, ...fields].map((field) => [field.name, field])),
});

/** Three tables of one name. */
const model = defineDataModel({
  enums: {},
  models: {
    Post: modelOf('Post', 'public', joined('tags', 'Tag', 'posts', ['A', 'B'])),
    Tag: modelOf('Tag', 'tagged', joined('posts', 'Post', 'tags', ['B', 'A'])),
    Old: modelOf('Old', 'archive'),
  },
});

const TABLES = `CREATE TABLE person (id int); CREATE SCHEMA tagged; CREATE SCHEMA archive;
  CREATE TABLE entry (id int PRIMARY KEY, kind int NOT NULL);
  CREATE TABLE tagged.entry (id int PRIMARY KEY, kind int NOT NULL);
  CREATE TABLE archive.entry (id int PRIMARY KEY, kind int NOT NULL);
  CREATE TABLE "_PostToTag" ("A" int REFERENCES entry, "B" int REFERENCES tagged.entry);
  CREATE INDEX by_post ON "_PostToTag" ("A");
  CREATE INDEX entry_kind ON entry (kind);
  CREATE INDEX tagged_kind ON tagged.entry (kind);
  CREATE INDEX archive_kind ON archive.entry (kind);
  CREATE INDEX by_tag ON "_PostToTag" ("B");
  INSERT INTO entry SELECT n, n FROM generate_series(1, 30) n;
  INSERT INTO tagged.entry SELECT n, n FROM generate_series(1, 30) n;
  INSERT INTO archive.entry SELECT n, n FROM generate_series(1, 30) n;
  INSERT INTO "_PostToTag" SELECT n, n FROM generate_series(1, 30) n;`;

const declare = resources() as unknown as (name: string, declaration: object) => Resource;
const resourceOf = (name: string, relations: object): Resource =>
  declare(name, {
    ...{ name: name.toLowerCase(), fields: ['id'], relations, defaultFields: 'id', sort: 'id' },
    ...{ filters: { kind: ['equals'] }, policy: everything('public') },
  });
const all = [
  resourceOf('Post', { tags: { take: 5 } }),
  resourceOf('Tag', { posts: { take: 5 } }),
  resourceOf('Old', {}),
];

async function faultOf(change: string, small: string[] = []): Promise<string | undefined> {
  await using blog = await openBlog({
    tables: `${TABLES} ${change}`,
    isLogged: false,
    hotpath: { model, resources: all },
    routes(app) {
      for (const resource of all) app.list(`/${resource.name}s`, { resource, budget: 1 });
    },
  });
  return await indexedPlans({ app: blog.app, small }).then(
    () => undefined,
    (error: Error) => error.message,
  );
}

describe('a join table', () => {
  it('needs an index', async () => {
    expect(await faultOf('')).toBeUndefined();
    const fault = await faultOf('DROP INDEX by_post;');
    expect(fault).toMatch(
      /GET \/posts\?fields=tags.* as public (reads all of|looks through) the table _PostToTag.*: an index is missing\./,
    );
    expect(await faultOf('DROP INDEX by_post;', ['_PostToTag'])).toBeUndefined();
  });

  it('needs a row', async () => {
    expect(await faultOf('TRUNCATE "_PostToTag";')).toContain('The table _PostToTag is empty');
  });
});

describe('tables of one name', () => {
  it('keep apart by their schemas', async () => {
    const fault = await faultOf('DROP INDEX archive.archive_kind;');
    expect(fault).toMatch(
      /GET \/olds\?kind=\d+ as public .* the table archive\.entry for \(kind = \d+\): an index is missing\./,
    );
    expect(fault).not.toContain('/posts');
    expect(await faultOf('DROP INDEX archive.archive_kind;', ['Old'])).toBeUndefined();
    expect(await faultOf('DROP INDEX entry_kind;', ['Old'])).toMatch(
      /GET \/posts\?kind=\d+ as public .* the table entry /,
    );
  });

  it('are empty by themselves', async () => {
    const fault = await faultOf('TRUNCATE archive.entry;');
    expect(fault).toContain('The table archive.entry is empty');
    expect(fault).not.toContain('The table entry is empty');
  });
});
