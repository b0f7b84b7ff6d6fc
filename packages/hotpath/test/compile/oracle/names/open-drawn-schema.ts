/** Opens a schema with drawn names as a database of the oracle. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import type { OpenDatabase } from '../databases.ts';
import { openSchema, type SchemaPlace } from '../schema/open-schema.ts';
import { drawSchema } from './draw-schema.ts';
import { sqlWords } from './sql-words.ts';

/** @param seed the seed of the schema; its text is in `drawn.prisma` of the folder while the database is open. */
export async function openDrawnSchema(seed: number, place: Omit<SchemaPlace, 'schema'>): Promise<OpenDatabase> {
  const schema = join(place.folder, 'drawn.prisma');
  await mkdir(place.folder, { recursive: true });
  await writeFile(schema, drawSchema(fc.sample(fc.gen(), { seed, numRuns: 1 })[0]!, sqlWords()));
  return openSchema({ ...place, schema });
}
