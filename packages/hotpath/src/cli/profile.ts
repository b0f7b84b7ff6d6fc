/** `hotpath profile`: advice on the indexes, tables and sequences of a database. */
import type { Advice } from '../advisor/advice.ts';
import { upkeepOf } from '../advisor/upkeep.ts';
import { type Command, parseCommand, say } from './command.ts';
import { databaseUrl } from './environment.ts';
import { onDatabase } from './on-database.ts';

const usage = `Usage: $0 profile [--json]

Advises on the upkeep of a database: indexes that are invalid, that another index covers or that no plan uses, foreign
keys without an index, tables that autovacuum does not keep up with, sequences near their last value. Each advice has
the SQL that follows it. The command changes nothing. An index that this server does not use may serve a replica.

  --json  prints the advice as JSON

The database is that of DATABASE_URL.`;

/** The command `profile`. */
export const profile: Command = {
  summary: 'advise on the indexes, tables and sequences of a database',
  usage,
  async run(args) {
    const { json } = parseCommand(usage, { args, options: { json: { type: 'boolean' } } }).values;
    const advice = await onDatabase(databaseUrl(), upkeepOf);
    say(json ? JSON.stringify(advice, null, 2) : adviceText(advice));
  },
};

function adviceText(advice: readonly Advice[]): string {
  if (advice.length === 0) return 'There is nothing to advise.';
  return advice
    .map(({ kind, subject, detail, sql }) => `${kind}: ${subject}\n  ${detail}${sql ? `\n  → ${sql}` : ''}`)
    .join('\n');
}
