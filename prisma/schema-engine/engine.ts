/** Prisma's schema engine as WebAssembly, the same that its native binary holds. */

import { readFile } from 'node:fs/promises';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { MigrationAdapters } from './adapters.ts';

export type SchemaFile = glue.SchemaContainer;

export async function startEngine(files: SchemaFile[], adapters: MigrationAdapters): Promise<glue.SchemaEngine> {
  await instantiate();
  const datamodels = files.map(({ path, content }): [string, string] => [path, content]);
  const options = { datamodels: datamodels.length > 0 ? datamodels : undefined };
  const log = (line: string) => void process.stderr.write(line);
  return glue.SchemaEngine.new(options, log, bindMigrationAwareSqlAdapterFactory(adapters));
}

/**
 * Has the engine heed the schema's preview features, as its native form does from the start.
 * This one reads them in `diff` alone, from a schema that stands for the database, and keeps them from then on. Without
 * `partialIndexes` it does not see partial indexes in the database, and creates them anew in every migration.
 */
export async function enablePreviewFeatures(engine: glue.SchemaEngine, files: SchemaFile[]): Promise<void> {
  await engine.diff({
    from: { tag: 'schemaDatasource', files, configDir: '.' },
    to: { tag: 'empty' },
    script: false,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
}

/**
 * Watches for a panic inside the engine, which surfaces as an uncaught exception, while the promise it happened in never
 * settles. `thrown` rejects then; `message` is what the engine said of it.
 */
export function watchForPanic(): { message: string; thrown: Promise<never> } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  process.on('uncaughtException', reject);
  const panic = { message: '', thrown: promise };
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: (text: string) => (panic.message = text) } });
  return panic;
}

/** Joins the package's JavaScript to its WebAssembly, which it leaves to a bundler otherwise. */
async function instantiate(): Promise<void> {
  const file = new URL('schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const { instance } = await WebAssembly.instantiate(await readFile(file), { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
}
