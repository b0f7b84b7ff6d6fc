/** `hotpath notify`: whether the database tells of changes by NOTIFY. */
import { isNotifying, switchNotify } from '../freshness/notify.ts';
import { type Command, CommandError, say } from './command.ts';
import { databaseUrl } from './environment.ts';
import { onDatabase } from './on-database.ts';

const usage = `Usage: $0 notify [on|off]

Makes the database tell of each change as it is committed, or not; without an argument it says which. Services that
listen then know of a change within a few milliseconds and not at their next poll. It is off at first: transactions that
notify commit one after the other, which many small writes feel, and cannot be prepared (PREPARE TRANSACTION). Services
listen on a connection of their own: not through a pooler in transaction mode.

The database is that of DATABASE_URL, as the owner of its tables.`;

/** The command `notify`. */
export const notify: Command = {
  summary: 'let the database tell of changes by NOTIFY, or not',
  usage,
  async run([wanted, ...more]) {
    if (more.length > 0 || !['on', 'off', undefined].includes(wanted)) throw new CommandError(usage);
    await onDatabase(databaseUrl(), async (client) => {
      if (wanted) await switchNotify(client, wanted === 'on');
      say(`NOTIFY is ${(await isNotifying(client)) ? 'on' : 'off'}.`);
    });
  },
};
