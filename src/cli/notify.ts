/** `hotpath notify`: whether the database tells of changes by NOTIFY. */
import { isNotifying, SessionClient, switchNotify } from 'hotpath/database';
import { type Command, CommandError, databaseUrl } from './command.ts';

const usage = `Usage: npm run hotpath -- notify [on|off]

Makes the database tell of each change as it is committed, or not; without an argument it says which. Services with
FRESHNESS_LISTEN=on then know of a change within a few milliseconds and not at their next poll. It is off at first:
transactions that notify commit one after the other, which many small writes feel (docs/decisions.md), and cannot be
prepared (PREPARE TRANSACTION). Services listen on a connection of their own: not through a pooler in transaction mode.

The database is that of DATABASE_URL, as the owner of its tables.`;

export const notify: Command = {
  summary: 'let the database tell of changes by NOTIFY, or not',
  usage,
  async run([wanted, ...more]) {
    if (more.length > 0 || !['on', 'off', undefined].includes(wanted)) throw new CommandError(usage);
    const client = new SessionClient({ connectionString: databaseUrl() });
    await client.connect();
    try {
      if (wanted) await switchNotify(client, wanted === 'on');
      process.stdout.write(`NOTIFY is ${(await isNotifying(client)) ? 'on' : 'off'}.\n`);
    } finally {
      await client.end();
    }
  },
};
