/** `hotpath notify`: whether the database announces changes by NOTIFY. */
import { isNotifying, switchNotify } from '../freshness/notify.ts';
import { type Command, CommandError, say } from './command.ts';
import { databaseUrl } from './environment.ts';
import { onDatabase } from './on-database.ts';

const usage = `Usage: $0 notify [on|off]

Makes the database announce each committed change by NOTIFY, or not; without an argument it prints the setting. Services
that listen then know of a change within a few milliseconds and not at their next poll. It is off by default: transactions
that notify commit one after the other, which slows down many small writes, and cannot be prepared (PREPARE TRANSACTION).
Services listen on a connection of their own: not through a pooler in transaction mode.

The database is that of DATABASE_URL, as the owner of its tables.`;

/** The command `notify`. */
export const notify: Command = {
  summary: 'let the database announce changes by NOTIFY, or not',
  usage,
  async run([wanted, ...more]) {
    if (more.length > 0 || !['on', 'off', undefined].includes(wanted)) throw new CommandError(usage);
    await onDatabase(databaseUrl(), async (client) => {
      if (wanted) await switchNotify(client, wanted === 'on');
      say(`NOTIFY is ${(await isNotifying(client)) ? 'on' : 'off'}.`);
    });
  },
};
