/** Opens any Prisma schema as a database of the oracle: generates its client and data model, and makes its tables. */
import { rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DataModel } from 'hotpath/model/data-model';
import pg from 'pg';
import { PROJECT } from '../../../../../../src/dev/home.ts';
import { makeHostile } from '../../../../../../test/support/hostile-settings.ts';
import { type ClientClass, type OpenDatabase, type OpenOptions, opened } from '../databases.ts';
import { copySchema, type SchemaCopies, SchemaError } from './copy-schema.ts';
import { dropConstraints, loosenTables } from './loosen-tables.ts';
import { PrismaCommandError, prismaCommand } from './prisma-command.ts';

export interface SchemaPlace extends OpenOptions {
  /** A .prisma file, or a folder with such files. */
  readonly schema: string;
  /** A folder of the checkout for the generated files; removed when the database is closed. */
  readonly folder: string;
  /** An empty database. */
  readonly url: string;
}

/** @throws {SchemaError} if the schema is missing, or Prisma or the generator rejects it. */
export async function openSchema({ schema, folder, url, hostile = false }: SchemaPlace): Promise<OpenDatabase> {
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const copies = copySchema(resolve(schema), folder);
    await generate(copies, schema);
    const { datamodel: dataModel } = (await load(copies, 'datamodel.ts')) as { datamodel: DataModel };
    const { PrismaClient } = (await load(copies, 'client.ts')) as { PrismaClient: ClientClass };
    await makeTables(copies, schema, url);
    if (hostile) await makeHostile(url);
    const database = opened(url, PrismaClient, { name: schema, dataModel, views: [] });
    await dropConstraints(database.pool);
    await loosenTables(database.pool, dataModel);
    return { ...database, close: () => database.close().then(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function generate(copies: SchemaCopies, schema: string): Promise<void> {
  await prismaCommand('generate', '--schema', copies.client).catch((error: unknown) => {
    throw schemaError('Prisma rejects the schema', { schema, copy: copies.client, error });
  });
}

async function load({ generated }: SchemaCopies, file: string): Promise<unknown> {
  return import(pathToFileURL(join(generated, file)).href);
}

async function makeTables(copies: SchemaCopies, schema: string, url: string): Promise<void> {
  if (copies.usesCitext) await createCitext(url);
  await prismaCommand('db', 'push', '--schema', copies.tables, '--url', url).catch((error: unknown) => {
    throw schemaError('Prisma cannot make the tables of the schema', { schema, copy: copies.tables, error });
  });
}

async function createCitext(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('CREATE EXTENSION IF NOT EXISTS citext');
  } catch (error) {
    throw new SchemaError(`The schema has a field of @db.Citext; the server says: ${(error as Error).message}.`);
  } finally {
    await client.end();
  }
}

interface Failure {
  readonly schema: string;
  /** The folder that Prisma read instead. */
  readonly copy: string;
  readonly error: unknown;
}

function schemaError(sentence: string, { schema, copy, error }: Failure): unknown {
  if (!(error instanceof PrismaCommandError)) return error;
  const message = error.message.replaceAll(copy, schema).replaceAll(relative(PROJECT, copy), schema);
  return new SchemaError(`${sentence} ${schema}:\n${message}`);
}
