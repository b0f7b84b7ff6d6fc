/** The migrations of a request, which the CLI has read from their files. */

import type { MigrationDirectory, MigrationList } from '@prisma/schema-engine-wasm';

export function migrationScripts(params: unknown): ReadonlySet<string> {
  return new Set(migrationDirectories(params).flatMap((directory) => scriptOf(directory) ?? []));
}

/**
 * The name of the migration with this script that failed.
 * @param message of the engine's error, which names the failed one of several migrations with the same script.
 */
export function nameOfMigration(params: unknown, script: string, message: string): string | undefined {
  const names = migrationDirectories(params).flatMap((each) => (scriptOf(each) === script ? [each.path] : []));
  const named = names.find(
    (name) =>
      message.includes(`migration_name=${JSON.stringify(name)}`) || message.startsWith(`Migration \`${name}\` `),
  );
  return named ?? names[0];
}

function migrationDirectories(params: unknown): MigrationDirectory[] {
  const { migrationsList, from, to } = (params ?? {}) as Record<string, Partial<MigrationList> | undefined>;
  return [migrationsList, from, to].flatMap((list) => list?.migrationDirectories ?? []);
}

function scriptOf({ migrationFile: { content } }: MigrationDirectory): string | undefined {
  return content.tag === 'ok' ? content.value : undefined;
}
