/** `hotpath migration`: writes the Prisma migration that installs the library's schema and triggers in a database. */
import { migrationFor } from '../install/migration.ts';
import { type Command, CommandError, parseCommand, say } from './command.ts';
import {
  type CommandProject,
  type LoadProject,
  migrationNames,
  migrationTexts,
  PROJECT_OPTION,
  registryOf,
  writeMigration,
} from './command-project.ts';

const usage = `Usage: $0 migration [--check] [--resources FILE]

Writes the next migration, <time>_hotpath, if the library or the resources need something in the database that the
migrations do not bring: the schema "hotpath", and the triggers that log the changes of each table. Review it, then apply
it with \`npx prisma migrate deploy\`. Where there is no Prisma Migrate, \`$0 install\` does the same.

  --check           writes nothing, and fails if it would
  --resources FILE  the file of the resources`;

const options = { check: { type: 'boolean' }, ...PROJECT_OPTION } as const;

/** The command `migration`. */
export const migrationCommand = (load: LoadProject): Command => ({
  summary: 'write the migration of the schema "hotpath" and of the triggers that log changes',
  usage,
  async run(args) {
    const { check = false, resources } = parseCommand(usage, { args, options }).values;
    const project = await load({ resources });
    for (const line of nextMigration(project, check)) say(line);
  },
});

/**
 * Writes the next migration, if something is missing. @returns lines that describe it.
 * @throws {CommandError} if the folder of migrations is missing, or if `isCheck` is set and a migration is needed.
 */
export function nextMigration(project: CommandProject, isCheck: boolean): string[] {
  const names = migrationNames(project);
  if (!names) throw new CommandError(`There is no folder ${project.migrations}. ${WITHOUT_MIGRATE}`);
  const written = migrationFor({ migrationTexts: migrationTexts(project, names), registry: registryOf(project) });
  if (!written) return ['The migrations bring what the resources need.'];
  const changes = written.changes.map(({ kind, what }) => `${kind.padEnd(8)} ${what}`);
  if (isCheck) throw new CommandError(`${changes.join('\n')}\nThe migrations lack this. Run \`$0 migration\`.`);
  return [...changes, `Written to ${writeMigration(project, names, written)}. Next: npx prisma migrate deploy`];
}

const WITHOUT_MIGRATE =
  'Begin with `npx prisma migrate dev`, or, if you push your schema without migrations, run `$0 install`.';
