/** The migrations that a request brings along, as the CLI reads them from their files. */

import type { MigrationDirectory, MigrationList } from '@prisma/schema-engine-wasm';

export function migrationScripts(params: unknown): ReadonlySet<string> {
  return new Set(migrationDirectories(params).flatMap((directory) => scriptOf(directory) ?? []));
}

/** The name of the first migration with this script. */
export function nameOfMigration(params: unknown, script: string): string | undefined {
  return migrationDirectories(params).find((directory) => scriptOf(directory) === script)?.path;
}

function migrationDirectories(params: unknown): MigrationDirectory[] {
  const { migrationsList, from, to } = (params ?? {}) as Record<string, Partial<MigrationList> | undefined>;
  return [migrationsList, from, to].flatMap((list) => list?.migrationDirectories ?? []);
}

function scriptOf({ migrationFile: { content } }: MigrationDirectory): string | undefined {
  return content.tag === 'ok' ? content.value : undefined;
}
