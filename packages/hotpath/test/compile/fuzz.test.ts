/** The path of `npm run fuzz -- --schema` through any Prisma schema, on a schema with Prisma's odder features. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from 'hotpath/cli';
import type { DataModel, Model } from 'hotpath/model/data-model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOME, PROJECT } from '../../../../src/dev/home.ts';
import { adminUrl, scratchDatabase } from '../../../../test/support/database.ts';
import { readFuzzOptions } from './fuzz-options.ts';
import type { OpenDatabase } from './oracle/databases.ts';
import { Difference, run } from './oracle/run.ts';
import { openSchema } from './oracle/schema/open-schema.ts';
import { qualified } from './oracle/tables.ts';

const EDGES = 'packages/hotpath/test/compile/edges';
const newFolder = () => join(HOME, 'fuzz', randomUUID());

describe('a schema with cyclic keys, ignored fields, unsupported types and views', () => {
  let database: OpenDatabase;
  const folder = newFolder();

  beforeAll(async () => {
    database = await openSchema({ schema: EDGES, folder, url: await scratchDatabase('empty') });
  }, 60_000);

  afterAll(async () => {
    await database.close();
    expect(existsSync(folder)).toBe(false);
  });

  it('is read like Prisma Client reads it', { timeout: 120_000 }, async () => {
    const tally = await run(database, { cases: 600, seed: 14 });
    expect(tally.cases).toBe(600);
    expect(tally.equal).toBeGreaterThan(570);
    expect(tally.doubt()).toBeUndefined();
  });

  it('has rows in every table of the data model', async () => {
    await run(database, { cases: 2, seed: 3 });
    const { models } = database.dataModel;
    for (const model of Object.values(models)) expect([model.name, await rowsOf(model)]).toEqual([model.name, true]);
    expect(Object.keys(models)).toContain('Total');
    expect(Object.keys(models)).not.toContain('Gone');
  });

  it('shows the smallest arguments of a difference, with both answers', async () => {
    const wrong = { ...database, dataModel: withValuesSwapped(database.dataModel, 'Mood') };
    const difference = await run(wrong, { cases: 2_000, seed: 1 }).catch((error: unknown) => error);
    expect(difference).toBeInstanceOf(Difference);
    const { message } = difference as Difference;
    expect(message).toMatch(/^Seed \d+: \{/);
    expect(message).toContain('compiled: ');
    expect(message).toContain('Prisma:   ');
    expect(message.split('SELECT')[0]).not.toMatch(/take|skip|AND/);
  });

  async function rowsOf(model: Model): Promise<boolean> {
    const { rows } = await database.pool.query(`SELECT EXISTS (SELECT FROM ${qualified(model)}) AS has`);
    return rows[0].has;
  }
});

/** Each value of an enum has the other's name in the database. */
function withValuesSwapped({ models, enums }: DataModel, name: string): DataModel {
  const [names, stored] = [Object.keys(enums[name]!.values), Object.values(enums[name]!.values).reverse()];
  const values = Object.fromEntries(names.map((each, index) => [each, stored[index]!]));
  return { models, enums: { ...enums, [name]: { name, values } } };
}

describe('a schema that the oracle cannot open', () => {
  const folder = newFolder();
  const open = async (text: string) => {
    const schema = join(folder, 'schema.prisma');
    await mkdir(folder, { recursive: true });
    await writeFile(schema, text);
    return openSchema({ schema, folder: join(folder, 'copies'), url: 'postgresql://127.0.0.1:1/none' });
  };

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is named in the error if its file or folder is missing', async () => {
    const given = { folder: join(folder, 'copies'), url: 'postgresql://127.0.0.1:1/none' };
    await expect(openSchema({ schema: 'nowhere', ...given })).rejects.toThrow(
      /^There is no file or folder .*nowhere\.$/,
    );
    await expect(openSchema({ schema: 'docs', ...given })).rejects.toThrow(
      /^The folder .*docs has no \.prisma file\.$/,
    );
  });

  it('is refused with its provider if that is not PostgreSQL', async () => {
    const opening = open('datasource db {\n  provider = "mysql"\n}\nmodel A {\n  id Int @id\n}\n');
    await expect(opening).rejects.toThrow('The schema is for mysql; compiled reads are for postgresql.');
  });

  it("is refused with Prisma's message and the line", async () => {
    const opening = open('// Not a type.\nmodel A {\n  id Int @id\n  b Nothing\n}\n');
    await expect(opening).rejects.toThrow(
      /^Prisma rejects the schema .*schema\.prisma:\n[\s\S]*Type "Nothing"[\s\S]*:4\n/,
    );
    expect(existsSync(join(folder, 'copies'))).toBe(false);
  });
});

describe('the command `npm run fuzz`', () => {
  it('accepts a schema, a number of cases and a seed', () => {
    expect(readFuzzOptions(['--schema', 'a', '--cases', '50', '--seed', '7'])).toEqual({
      schema: 'a',
      cases: 50,
      seed: 7,
    });
    expect(readFuzzOptions([])).toMatchObject({ cases: 10_000 });
    expect(readFuzzOptions(['--help'])).toContain('--schema PATH');
  });

  it('refuses other options and values', () => {
    expect(() => readFuzzOptions(['--cases', 'many'])).toThrow('--cases takes a whole number from 2 up, not `many`.');
    expect(() => readFuzzOptions(['--tables', '3'])).toThrow("Unknown option '--tables'");
  });

  const fuzz = (...args: string[]) =>
    runProgram(process.execPath, ['packages/hotpath/test/compile/fuzz.ts', ...args], {
      cwd: PROJECT,
      env: { ...process.env, TEST_DATABASE_URL: adminUrl() },
    });

  it('prints its progress and its tally', { timeout: 60_000 }, async () => {
    const { code, output } = await fuzz('--schema', EDGES, '--cases', '120', '--seed', '5');
    expect(output).toMatch(
      /schema: 100 of 120, seed 5\n[\s\S]*schema: 120 of 120, seed 5\n[\s\S]*schema: \d+ equal, \d+ of them with rows/,
    );
    expect(code).toBe(0);
  });

  it('ends with one sentence and the exit code 1 if the schema is missing', { timeout: 60_000 }, async () => {
    const { code, output } = await fuzz('--schema', 'nowhere');
    expect(output.trim()).toMatch(/^There is no file or folder .*nowhere\.$/);
    expect(code).toBe(1);
  });
});
