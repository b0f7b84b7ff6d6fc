/** `hotpath grants`: lets a role that owns nothing run the service and its workers. */
import { grantsStatement, grantsText } from '../access/grants.ts';
import type { Needs } from '../access/needs.ts';
import { missingRights } from '../doctor/rights.ts';
import { watch } from '../freshness/watched.ts';
import { FORBIDDEN, sqlstateOf } from '../session/error-codes.ts';
import type { SessionClient } from '../session/session-client.ts';
import { type Command, CommandError, parseCommand, say } from './command.ts';
import { needsOfProject, registryOf } from './command-project.ts';
import { databaseUrl } from './environment.ts';
import { onDatabase } from './on-database.ts';
import { loadProject, RESOURCES_OPTION } from './project.ts';

const usage = `Usage: $0 grants --role NAME [--apply] [--jobs] [--resources FILE]

Prints the SQL that lets a role run the service and its workers: read the tables behind the resources, write the tables
that \`writes\` declares, and use the log of changes. The role must exist (CREATE ROLE NAME LOGIN PASSWORD '…'). Run the
SQL as the owner of the tables, after every \`prisma migrate deploy\` and \`jobs install\`. It grants only what is missing,
revokes what is not needed any more, and takes nothing from a role that owns the tables.

  --apply           runs the SQL in the database of DATABASE_URL instead of printing it, all of it or, if a privilege stays missing, none
  --jobs            lets the role use the queue, too, once \`$0 jobs install\` has made it
  --resources FILE  the file of the resources

The schema is that of DATABASE_URL's ?schema=, or public.`;

export const grants: Command = grantsCommand(async ({ resources, hasJobs }) => {
  const project = { ...(await loadProject({ resources })), hasJobs };
  return needsOfProject(project, watch(registryOf(project)), process.env['DATABASE_URL'] ?? '');
});

export interface GrantsPlace {
  /** The file of the resources, if the user names one. */
  readonly resources?: string | undefined;
  /** Whether the role needs the queue. */
  readonly hasJobs: boolean;
}

/** The command, for a service that knows its own needs. */
export function grantsCommand(needs: (place: GrantsPlace) => Promise<Needs>): Command {
  return {
    summary: 'let a role that owns nothing run the service and its workers',
    usage,
    async run(args) {
      const { role, apply, jobs: hasJobs = false, resources } = parseCommand(usage, { args, options }).values;
      if (!isRoleName(role)) throw new CommandError(usage);
      const needed = await needs({ resources, hasJobs });
      if (!apply) return void process.stdout.write(grantsText(needed, role));
      await onDatabase(databaseUrl(), (client) => applyGrants(client, needed, role));
      say(`The role ${role} has what the service needs.`);
    },
  };
}

/**
 * Grants the privileges in one transaction, which the end of the connection rolls back if it fails. PostgreSQL may answer
 * a GRANT by a role that is not the owner with a mere warning, so the check comes before the commit.
 */
async function applyGrants(client: SessionClient, needs: Needs, role: string): Promise<void> {
  await client.query('BEGIN');
  await client.query(grantsStatement(needs, role)).catch((error: unknown) => {
    throw complaintOf(error, role) ?? error;
  });
  const [missing] = await missingRights(client, needs, role);
  if (missing) throw new CommandError(`The role ${role} still lacks ${missing}, and nothing was changed. ${AS_OWNER}`);
  await client.query('COMMIT');
}

function complaintOf(error: unknown, role: string): CommandError | undefined {
  const state = sqlstateOf(error);
  if (state === UNDEFINED_OBJECT) return new CommandError(missingRole(role));
  if (state !== FORBIDDEN) return undefined;
  return new CommandError(`PostgreSQL refuses: ${(error as Error).message}. Nothing was changed. ${AS_OWNER}`);
}

const options = {
  role: { type: 'string' },
  apply: { type: 'boolean' },
  jobs: { type: 'boolean' },
  ...RESOURCES_OPTION,
} as const;

const UNDEFINED_OBJECT = '42704';

const AS_OWNER = 'Run the command with the DATABASE_URL of the owner of the tables.';

const missingRole = (role: string): string =>
  `There is no role "${role}" on this server. Create it first: CREATE ROLE … LOGIN PASSWORD '…'`;

/** PostgreSQL keeps the first 63 bytes of a name. */
const LONGEST_NAME = 63;

const isRoleName = (role: string | undefined): role is string =>
  role !== undefined && /^\P{Cc}+$/u.test(role) && Buffer.byteLength(role) <= LONGEST_NAME;
