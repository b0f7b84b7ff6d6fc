/** The data model of a schema, made by its generator as in `prisma generate`. */
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DataModel } from 'hotpath/model/data-model';
import { HOME } from '../../../../src/dev/home.ts';
import { copySchema } from './oracle/schema/copy-schema.ts';
import { prismaCommand } from './oracle/schema/prisma-command.ts';

/** @throws {PrismaCommandError} with the message of Prisma or of the generator. */
export async function generateDataModel(models: string): Promise<DataModel> {
  const folder = join(HOME, 'fuzz', randomUUID());
  try {
    const schema = join(folder, 'schema.prisma');
    await mkdir(folder, { recursive: true });
    await writeFile(schema, models);
    const { client, generated } = copySchema(schema, folder);
    await prismaCommand('generate', '--schema', client);
    const { datamodel } = await import(pathToFileURL(join(generated, 'datamodel.ts')).href);
    return datamodel;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
