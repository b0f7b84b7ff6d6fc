/** `hotpath grants`: lets a role that owns nothing run the service and its workers. */
import { parseArgs } from 'node:util';
import { schemaOf } from 'hotpath';
import { grantsText, SessionClient } from 'hotpath/database';
import { environment } from '../config.ts';
import { declaredNeeds } from '../domain/needs.ts';
import { type Command, CommandError, databaseUrl } from './command.ts';

const usage = `Usage: npm run hotpath -- grants --role NAME [--apply]

Prints the SQL that lets a role run the service and its workers: to read the tables behind the resources, to write what
the modules declare, to use the log of changes and the queue. The role must be there (CREATE ROLE NAME LOGIN PASSWORD '…').
Run the SQL as the owner of the tables, after every \`prisma migrate deploy\` and \`jobs install\`. It changes only what differs.

  --apply    runs it in the database of DATABASE_URL in place of printing it

The schema is that of DATABASE_URL's ?schema=, or public.`;

export const grants: Command = {
  summary: 'let a role that owns nothing run the service and its workers',
  usage,
  async run(args) {
    const { role, isApplied } = parsed(args);
    const text = grantsText(declaredNeeds(schemaOf(environment['DATABASE_URL'])), role);
    if (!isApplied) return void process.stdout.write(text);
    await applyTo(databaseUrl(), text).catch((error: unknown) => {
      throw (error as { code?: unknown }).code === UNDEFINED_OBJECT ? new CommandError(missingRole(role)) : error;
    });
    process.stdout.write(`The role ${role} has what the service needs.\n`);
  },
};

const UNDEFINED_OBJECT = '42704';

const missingRole = (role: string): string =>
  `There is no role "${role}" on this server. Create it first: CREATE ROLE … LOGIN PASSWORD '…'`;

async function applyTo(connectionString: string, text: string): Promise<void> {
  const client = new SessionClient({ connectionString });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

/** PostgreSQL keeps 63 bytes of a name. */
const LONGEST_NAME = 63;

function parsed(args: string[]): { readonly role: string; readonly isApplied: boolean } {
  try {
    const { role = '', apply = false } = parseArgs({
      args,
      options: { role: { type: 'string' }, apply: { type: 'boolean' } },
    }).values;
    if (/^\P{Cc}+$/u.test(role) && Buffer.byteLength(role) <= LONGEST_NAME) return { role, isApplied: apply };
  } catch (error) {
    throw new CommandError(`${(error as Error).message}\n\n${usage}`);
  }
  throw new CommandError(usage);
}
