/**
 * Prisma's description of a project's schema. A generator of the library reads it from a copy of the schema, so that
 * nothing in the project changes.
 */
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DMMF } from '@prisma/generator-helper';
import { CommandError } from '../command.ts';
import { type PrismaProject, runPrisma } from '../prisma-project.ts';
import { type GeneratorBlock, generatorsIn } from './generator-blocks.ts';

export interface SchemaDump {
  /** The provider of the data source: `postgresql`. */
  readonly provider: string | undefined;
  readonly generators: readonly GeneratorBlock[];
  readonly datamodel: DMMF.Datamodel;
  /** Names of models that Prisma Client leaves out: they have `@@ignore`. */
  readonly ignored: readonly string[];
  /** Names of the models that are views. */
  readonly views: ReadonlySet<string>;
}

const GENERATOR = 'hotpath_init';

/** @throws {CommandError} with Prisma's own message for a schema that Prisma cannot read. */
export async function dumpSchema(project: PrismaProject): Promise<SchemaDump> {
  const { provider, datamodel } = await readByPrisma(project);
  const texts = project.schemaFiles.map((file) => ({ file, text: readFileSync(file, 'utf8') }));
  const named = (pattern: RegExp) => texts.flatMap(({ text }) => [...text.matchAll(pattern)].map(([, name]) => name!));
  const known = new Set(datamodel.models.map(({ name }) => name));
  return {
    provider,
    generators: texts.flatMap(({ file, text }) => generatorsIn(file, text)),
    datamodel,
    ignored: named(/^[ \t]*(?:model|view)[ \t]+(\w+)/gm).filter((name) => !known.has(name)),
    views: new Set(named(/^[ \t]*view[ \t]+(\w+)/gm)),
  };
}

async function readByPrisma(project: PrismaProject): Promise<Pick<SchemaDump, 'provider' | 'datamodel'>> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hotpath-init-')));
  try {
    const home = project.schemaFiles[0] === project.schema ? dirname(project.schema) : project.schema;
    for (const file of project.schemaFiles) cpSync(file, join(folder, relative(home, file)));
    writeFileSync(join(folder, `${GENERATOR}.prisma`), generatorBlock());
    const { code, output } = await runPrisma(project, ['generate', '--schema', folder, '--generator', GENERATOR]);
    if (code !== 0) throw new CommandError(`Prisma cannot read the schema:\n\n${output.trim()}`);
    return JSON.parse(readFileSync(join(folder, 'dump/schema.json'), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In the compiled package the program beside this file is JavaScript, as this file is. */
function generatorBlock(): string {
  const program = fileURLToPath(new URL(`dump/main${import.meta.url.slice(-3)}`, import.meta.url));
  const command = `${JSON.stringify(process.execPath)} ${JSON.stringify(program)}`;
  return `generator ${GENERATOR} {\n  provider = ${JSON.stringify(command)}\n  output   = "./dump"\n}\n`;
}
