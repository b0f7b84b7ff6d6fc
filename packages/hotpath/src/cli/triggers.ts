/** `hotpath triggers`: the triggers that log changes, in the migrations and in a database. */

import { surveyTables } from '../freshness/coverage.ts';
import { type Watched, watch } from '../freshness/watched.ts';
import type { SessionClient } from '../session/session-client.ts';
import { type Command, CommandError, parseCommand, say } from './command.ts';
import { type LoadProject, PROJECT_OPTION, registryOf } from './command-project.ts';
import { nextMigration } from './migration.ts';
import { onDatabase } from './on-database.ts';

const usage = `Usage: $0 triggers [--check | --database] [--resources FILE]

Writes the next migration if the resources need triggers, or something else, that the migrations do not bring, as
\`$0 migration\` does.

  --check           writes nothing, and fails if a migration is needed
  --database        checks the database of DATABASE_URL instead of the migrations: names each table, view and column
                    whose changes are not all logged, and the keys that the database does not compare by their bytes;
                    fails if a change goes unlogged, because the cache is bypassed then
  --resources FILE  the file of the resources`;

const options = { check: { type: 'boolean' }, database: { type: 'boolean' }, ...PROJECT_OPTION } as const;

/** The command `triggers`. */
export const triggersCommand = (load: LoadProject): Command => ({
  summary: 'write the migration of the triggers that log changes, or check the triggers of a database',
  usage,
  async run(args) {
    const { check = false, database = false, resources } = parseCommand(usage, { args, options }).values;
    if (check && database) throw new CommandError(usage);
    const project = await load({ resources });
    if (database) await onDatabase(project.databaseUrl(), (client) => sayGaps(client, watch(registryOf(project))));
    else for (const line of nextMigration(project, check)) say(line);
  },
});

async function sayGaps(client: SessionClient, watched: Watched): Promise<void> {
  const { gaps, inexactKeys } = await surveyTables(client, watched);
  for (const key of inexactKeys) say(`${key}… makes no tags: the database does not compare its values by their bytes.`);
  for (const { reason } of gaps) say(reason);
  if (gaps.length > 0) throw new CommandError('Not every change is logged, so the cache is bypassed.');
  say('Every change of the data that the resources read is logged.');
}
