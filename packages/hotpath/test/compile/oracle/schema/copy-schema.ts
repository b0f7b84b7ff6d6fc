/**
 * Two copies of a Prisma schema, with the oracle's generators instead of its own: one for the client, one for the tables. Any
 * PostgreSQL accepts the copy for the tables, whatever extensions and functions the schema needs: a view is a table, a type that
 * Prisma does not support is `text`, and indexes and defaults that the database computes are dropped. None of these changes affects
 * the result of a read.
 */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Block, blockText, changeBlocks, linesOf, withoutAttribute } from './schema-text.ts';

export interface SchemaCopies {
  /** Folders with .prisma files. */
  readonly client: string;
  readonly tables: string;
  /** Where the client's copy has its generated client and data model. */
  readonly generated: string;
  /** Whether a field has a type of the extension `citext`, even a field that the client does not read. */
  readonly usesCitext: boolean;
}

/** A fault of the given schema, or of its path. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

const OURS = 'hotpath-oracle.prisma';

/**
 * @param schema a .prisma file, or a folder with such files.
 * @param into a folder of the checkout, so that what is generated finds its imports; made here.
 * @throws {SchemaError} if there is no schema, or it is not for PostgreSQL.
 */
export function copySchema(schema: string, into: string): SchemaCopies {
  const files = readSchema(schema);
  const has = (pattern: RegExp) => [...files.values()].some((text) => pattern.test(text));
  const copies = {
    client: join(into, 'client'),
    tables: join(into, 'tables'),
    generated: join(into, 'generated'),
    usesCitext: has(/@\w+\.Citext\b/),
  };
  const hasDatasource = has(/^\s*datasource\s/m);
  const ours = `${generators(copies.generated)}${hasDatasource ? '' : 'datasource db {\n  provider = "postgresql"\n}\n'}`;
  write(copies.client, OURS, ours);
  write(copies.tables, OURS, ours);
  for (const [name, text] of files) {
    write(copies.client, name, changeBlocks(text, forClient));
    write(
      copies.tables,
      name,
      changeBlocks(text, (block, quoted) => forTables(forClientBlock(block, quoted))),
    );
  }
  return copies;
}

function readSchema(schema: string): Map<string, string> {
  const found = statSync(schema, { throwIfNoEntry: false });
  if (!found) throw new SchemaError(`There is no file or folder ${schema}.`);
  if (found.isFile()) return new Map([[basename(schema), readFileSync(schema, 'utf8')]]);
  const names = readdirSync(schema, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.prisma'));
  if (names.length === 0) throw new SchemaError(`The folder ${schema} has no .prisma file.`);
  return new Map(names.map((name) => [name, readFileSync(join(schema, name), 'utf8')]));
}

function write(folder: string, name: string, text: string): void {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function generators(output: string): string {
  return `generator client {
  provider               = "prisma-client"
  output                 = ${JSON.stringify(output)}
  runtime                = "nodejs"
  moduleFormat           = "esm"
  generatedFileExtension = "ts"
  importFileExtension    = "ts"
  previewFeatures        = ["relationJoins", "strictUndefinedChecks", "views", "partialIndexes"]
}

generator datamodel {
  provider = "node packages/hotpath/src/model/generator/main.ts"
  output   = ${JSON.stringify(output)}
}

`;
}

function forClient(block: Block, quoted: (text: string) => string): string {
  const changed = forClientBlock(block, quoted);
  return changed ? blockText(changed) : linesOf(blockText(block));
}

/** Without generators, and without a data source's addresses and extensions. */
function forClientBlock(block: Block, quoted: (text: string) => string): Block | undefined {
  if (block.kind === 'generator') return undefined;
  if (block.kind !== 'datasource') return block;
  mustBePostgres(quoted(block.body));
  const body = block.body
    .replace(/\b(url|directUrl|shadowDatabaseUrl)\s*=[^\n]*/g, '')
    .replace(/\bextensions\s*=\s*\[[^\]]*\]/, linesOf);
  return { ...block, body };
}

function mustBePostgres(body: string): void {
  const provider = /\bprovider\s*=\s*"([^"]*)"/.exec(body)?.[1];
  if (provider === 'postgresql' || provider === 'postgres') return;
  throw new SchemaError(`The schema is for ${provider ?? 'no provider'}; compiled reads are for postgresql.`);
}

function forTables(block: Block | undefined): string {
  if (!block) return '';
  if (block.kind !== 'model' && block.kind !== 'view') return blockText(block);
  const body = withoutAttribute(withoutAttribute(block.body, '@@index'), '@@fulltext')
    .replace(/\bUnsupported\s*\([^()]*\)/g, 'Unsupported("text")')
    .replace(/@default\s*\(\s*dbgenerated\s*\([^()]*\)\s*\)/g, '');
  return blockText({ ...block, kind: 'model', body: block.kind === 'view' ? withKey(body) : body });
}

/** A table needs a key, even if a view does not. The client does not know this key. */
function withKey(body: string): string {
  return /@id\b/.test(body) ? body : `${body}\n  keyOfTheOracle Int @id @default(autoincrement())\n`;
}
