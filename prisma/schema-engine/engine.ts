/** Prisma's schema engine as WebAssembly, of the same source as its native binary. */

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
 * Makes the engine use the schema's preview features, as the native engine always does.
 * The WebAssembly engine reads them only in `diff`, from a schema file in the place of the database, and then keeps them.
 * Without `partialIndexes` it ignores partial indexes of the database, and every migration would create them again.
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
 * Watches for a panic inside the engine. A panic becomes an uncaught exception, and the promise of the command never settles.
 * `thrown` rejects then; `message` is the engine's message.
 */
export function watchForPanic(): { message: string; thrown: Promise<never> } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  process.on('uncaughtException', reject);
  const panic = { message: '', thrown: promise };
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: (text: string) => (panic.message = text) } });
  return panic;
}

/** Loads the package's WebAssembly into its JavaScript, a step that the package expects of a bundler. */
async function instantiate(): Promise<void> {
  const file = new URL('schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const { instance } = await WebAssembly.instantiate(await readFile(file), { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
}
