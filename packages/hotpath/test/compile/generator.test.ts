/** The generator's output for a schema unlike ours, where the oracle cannot check it. */

import type { DataModel, RelationField } from 'hotpath/model/data-model';
import { beforeAll, describe, expect, it } from 'vitest';
import { generateDataModel } from './generate-data-model.ts';
import { datamodel } from './zoo/generated/datamodel.ts';

const { models, enums } = datamodel;
const relation = (model: string, field: string) => models[model]!.fields[field] as RelationField;

describe('the generated data model', () => {
  it('has the names in the database', () => {
    expect(models['House']).toMatchObject({
      schema: 'public',
      table: 'House of animals',
      primaryKey: ['country', 'number'],
    });
    expect(models['House']!.fields['number']).toMatchObject({ column: 'house number', type: 'Int', required: true });
    expect(enums['Diet']!.values).toMatchObject({ leaves: 'Eats leaves', anything: 'anything' });
  });

  it('lists every key by the name in findUnique', () => {
    expect(models['House']!.uniques).toEqual({
      country_number: ['country', 'number'],
      twinCountry_twinNumber: ['twinCountry', 'twinNumber'],
      titleAndOpen: ['title', 'open'],
    });
    expect(models['Stamp']!.uniques).toEqual({ place: ['passportId', 'page'] });
    expect(models['Ticket']).toMatchObject({
      primaryKey: [],
      uniques: { note: ['note'], gate_seat: ['gate', 'seat'] },
    });
  });

  it('has both sides of a relation', () => {
    const key = { from: ['country', 'number'], to: ['country', 'number'] };
    expect(relation('Animal', 'house')).toMatchObject({
      ...key,
      model: 'House',
      back: 'residents',
      holdsKey: true,
      list: false,
    });
    expect(relation('House', 'residents')).toMatchObject({
      ...key,
      model: 'Animal',
      back: 'house',
      holdsKey: false,
      list: true,
    });
    expect(relation('Animal', 'mother')).toMatchObject({ from: ['motherId'], to: ['id'], back: 'children' });
    expect(relation('Animal', 'children')).toMatchObject({ from: ['id'], to: ['motherId'], back: 'mother' });
  });

  it('has the join table of an implicit many-to-many relation', () => {
    const through = { schema: 'public', table: '_Likes' };
    expect(relation('Animal', 'likedBy').through).toEqual({ ...through, from: 'A', to: 'B' });
    expect(relation('Animal', 'likes').through).toEqual({ ...through, from: 'B', to: 'A' });
    expect(relation('Keeper', 'tags').through).toMatchObject({ table: '_keeper tags', from: 'A', to: 'B' });
  });

  it('is frozen', () => {
    expect(Object.isFrozen(relation('Animal', 'likes').through)).toBe(true);
  });
});

describe('the data model of a schema with parts that Prisma Client does not read', () => {
  let odd: DataModel;
  beforeAll(async () => {
    odd = await generateDataModel(`
model File {
  id       Int                       @id
  ownerId  Int
  owner    User                      @relation(fields: [ownerId], references: [id]) @ignore
  readerId Int?                      @ignore
  reader   User?                     @relation("reads", fields: [readerId], references: [id])
  span     Unsupported("int4range")? @unique
  tags     Tag[]                     @ignore
  labels   Tag[]                     @relation("labels")
  parent   File?                     @relation("parent", fields: [ownerId], references: [id], map: "parent") @ignore
  files    File[]                    @relation("parent")

  @@unique([ownerId, span])
  @@unique([ownerId, readerId], name: "pair")
  @@unique([ownerId, id], name: "known")
}
model User {
  a     Int
  id    Int    @unique
  b     Int    @ignore
  files File[]
  reads File[] @relation("reads")

  @@id([a, b], name: "both")
}
model Tag {
  id     String @id @map("quote ' back\\\\slash\\nline \\u2028 日本")
  files  File[]
  labels File[] @relation("labels") @ignore
  kind   constructor
}
enum constructor {
  toString @map("two\\nlines \\u2028 \\"quoted\\"")
}
model hasOwnProperty {
  id          Int  @id
  constructor Int? @unique
  gone        Int?

  @@unique([constructor, gone], name: "toString")
}
model Hidden {
  id Int @id
  @@ignore
}
view Sums {
  sum Int
}
`);
  }, 30_000);

  it('has no relation with an ignored side or an ignored foreign key', () => {
    expect(Object.keys(odd.models['File']!.fields)).toEqual(['id', 'ownerId']);
    expect(Object.keys(odd.models['User']!.fields)).toEqual(['a', 'id']);
    expect(Object.keys(odd.models['Tag']!.fields)).toEqual(['id', 'kind']);
  });

  it('has no key with an ignored or unsupported field', () => {
    expect(odd.models['File']).toMatchObject({ primaryKey: ['id'] });
    expect({ ...odd.models['File']!.uniques }).toEqual({ id: ['id'], known: ['ownerId', 'id'] });
    expect(odd.models['User']!.primaryKey).toEqual([]);
    expect({ ...odd.models['User']!.uniques }).toEqual({ id: ['id'] });
  });

  it('has no ignored model, and a view without a key', () => {
    expect(odd.models).not.toHaveProperty('Hidden');
    expect(odd.models['Sums']).toMatchObject({ table: 'Sums', primaryKey: [] });
    expect(Object.keys(odd.models['Sums']!.uniques)).toEqual([]);
  });

  it('keeps names to their last character', () => {
    expect(odd.models['Tag']!.fields['id']).toMatchObject({ column: "quote ' back\\slash\nline \u2028 日本" });
    expect({ ...odd.enums['constructor']!.values }).toEqual({ toString: 'two\nlines \u2028 "quoted"' });
  });

  it('finds a name of Object.prototype only if the schema has it', () => {
    const { fields, uniques } = odd.models['hasOwnProperty']!;
    expect(fields['constructor']).toMatchObject({ kind: 'scalar', type: 'Int' });
    expect(uniques['toString']).toEqual(['constructor', 'gone']);
    for (const record of [odd.models, odd.enums, fields, uniques]) expect(record['valueOf']).toBeUndefined();
  });
});

describe('a schema that the generator cannot use', () => {
  const refusal = async (models: string) => generateDataModel(models).catch((error: Error) => error.message);

  it('is refused with the relation that joins by an ignored field', { timeout: 30_000 }, async () => {
    const message = await refusal(`
model Parent {
  id   Int    @id @ignore
  code Int    @unique
  kids Kid[]
}
model Kid {
  id       Int    @id
  parentId Int
  parent   Parent @relation(fields: [parentId], references: [id])
}
`);
    expect(message).toContain("Compiled reads: Parent.kids joins Parent.id, which is @ignore'd or Unsupported.");
  });

  it('is refused with the many-to-many relation that joins by an ignored key', { timeout: 30_000 }, async () => {
    const message = await refusal(`
model Left {
  id     Int     @id
  rights Right[]
}
model Right {
  id    Int    @id @ignore
  code  Int    @unique
  lefts Left[]
}
`);
    expect(message).toContain("Compiled reads: Left.rights joins the @id of Right, which is @ignore'd.");
  });

  it('is refused for a table with the name of a system table, unless it names its schema', async () => {
    const message = await refusal(`
      model Setting {
        id Int @id
        @@map("pg_settings")
      }`);
    expect(message).toContain(
      'Compiled reads: Setting has the table "pg_settings", which PostgreSQL takes for one of its own',
    );
  });
});
