/** `hotpath profile`: the dearest statements of a database, and advice on its indexes, tables and sequences. */
import type { Advice } from '../advisor/advice.ts';
import { type DearStatements, dearStatements } from '../advisor/dear-statements.ts';
import { statementsTable } from '../advisor/statements-table.ts';
import { upkeepOf } from '../advisor/upkeep.ts';
import { type Command, parseCommand, say } from './command.ts';
import { databaseUrl } from './environment.ts';
import { onDatabase } from './on-database.ts';

const usage = `Usage: $0 profile [--json]

Shows the twenty statements of a database that take the most time, from the extension pg_stat_statements, and advises on
its upkeep: indexes that are invalid, that another index covers or that no plan uses, foreign
keys without an index, tables that autovacuum does not keep up with, sequences near their last value. Each advice has
the SQL that follows it. The command changes nothing. An index that this server does not use may serve a replica.

  --json  prints the statements and the advice as JSON

The database is that of DATABASE_URL.`;

/** The command `profile`. */
export const profileCommand: Command = {
  summary: 'show the dearest statements of a database, and advise on its indexes, tables and sequences',
  usage,
  async run(args) {
    const { json } = parseCommand(usage, { args, options: { json: { type: 'boolean' } } }).values;
    const found = await onDatabase(databaseUrl(), async (client) => ({
      dearest: await dearStatements(client),
      advice: await upkeepOf(client),
    }));
    say(json ? JSON.stringify(found, null, 2) : `${dearestText(found.dearest)}\n\n${adviceText(found.advice)}`);
  },
};

const dearestText = (found: DearStatements): string =>
  'missing' in found ? found.missing : statementsTable(found.statements);

function adviceText(advice: readonly Advice[]): string {
  if (advice.length === 0) return 'There is nothing to advise.';
  return advice
    .map(({ kind, subject, detail, sql }) => `${kind}: ${subject}\n  ${detail}${sql ? `\n  → ${sql}` : ''}`)
    .join('\n');
}
