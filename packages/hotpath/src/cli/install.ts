/** `hotpath install`: installs the library's schema and triggers in a database without Prisma Migrate. */
import { watch } from '../freshness/watched.ts';
import { InstallError, install } from '../install/install.ts';
import { type Command, CommandError, parseCommand, say } from './command.ts';
import { type LoadProject, PROJECT_OPTION, registryOf } from './command-project.ts';
import { onDatabase } from './on-database.ts';

const usage = `Usage: $0 install [--resources FILE]

Installs in the database of DATABASE_URL what the library and the resources need: the schema "hotpath", and the triggers
that log the changes of each table, in one transaction. It changes only what is missing, and may run at every deployment,
also in many processes at once. Run it as the owner of the tables, after each change of the tables.
With Prisma Migrate, use \`$0 migration\` instead.

  --resources FILE  the file of the resources`;

/** The command `install`. */
export const installCommand = (load: LoadProject): Command => ({
  summary: 'install the schema "hotpath" and the triggers in a database without Prisma Migrate',
  usage,
  async run(args) {
    const { resources } = parseCommand(usage, { args, options: PROJECT_OPTION }).values;
    const project = await load({ resources });
    const watched = watch(registryOf(project));
    const { from, to, triggers } = await onDatabase(project.databaseUrl(), (client) => install(client, watched)).catch(
      (error: unknown) => {
        throw error instanceof InstallError ? new CommandError(error.message, { cause: error }) : error;
      },
    );
    if (from !== to) say(`The schema hotpath has version ${to}${from === 0 ? '' : `; it had version ${from}`}.`);
    for (const source of triggers) say(`triggers ${source}`);
    if (from === to && triggers.length === 0) say('Nothing was missing.');
  },
});
