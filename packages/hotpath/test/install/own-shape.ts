/**
 * A small schema unlike the marketplace's: UUIDs, composite keys, keys that ignore case, names with underscores,
 * many-to-many.
 */
import type { DataModel } from 'hotpath/model/data-model';
import { everything } from 'hotpath/resource/policy';
import { Registry } from 'hotpath/resource/registry';
import { resources } from 'hotpath/resource/resource';
import { generateDataModel } from '../compile/generate-data-model.ts';

export const MODELS = `
model Account {
  id    String @id @default(uuid()) @db.Uuid
  email String @unique @db.Citext
  notes Note[]
  tags  Tag[]

  @@map("accounts")
}

model Note {
  account_id String  @db.Uuid
  no         Int
  title      String
  state      State
  account    Account @relation(fields: [account_id], references: [id])

  @@id([account_id, no])
  @@map("user_notes")
}

model Tag {
  slug     String    @id @db.Citext
  accounts Account[]

  @@map("tags")
}

enum State {
  open @map("is open")
  done
}
`;

/** The tables, in the first schema of the search path. The extension `citext` is in a schema that no function names. */
export const TABLES = `
CREATE TABLE accounts (id uuid PRIMARY KEY, email extensions.citext NOT NULL UNIQUE);
CREATE TYPE "State" AS ENUM ('is open', 'done');
CREATE TABLE user_notes (
  account_id uuid NOT NULL REFERENCES accounts (id), no integer NOT NULL, title text NOT NULL, state "State" NOT NULL,
  PRIMARY KEY (account_id, no)
);
CREATE TABLE tags (slug extensions.citext PRIMARY KEY);
CREATE TABLE "_AccountToTag" ("A" uuid NOT NULL, "B" extensions.citext NOT NULL, PRIMARY KEY ("A", "B"));`;

export const dataModel: DataModel = await generateDataModel(MODELS);

const resource = resources<never>() as unknown as (model: string, declared: object) => never;
const policy = everything('user');

/** Accounts, notes and tags. */
export function ownRegistry(): Registry {
  const registry = new Registry(dataModel);
  const relations = { notes: {}, tags: {} };
  const account = { name: 'account', fields: ['id', 'email'], relations, defaultFields: 'id', sort: 'id', policy };
  const fields = ['account_id', 'no', 'title', 'state'];
  registry.add(
    resource('Account', account),
    resource('Note', { name: 'note', fields, defaultFields: 'title', sort: 'account_id,no', policy }),
    resource('Tag', { name: 'tag', fields: ['slug'], defaultFields: 'slug', sort: 'slug', policy }),
  );
  return registry;
}
