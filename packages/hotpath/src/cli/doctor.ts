/** `hotpath doctor`: shows what is missing or wrong in a project, its database and its Redis. */
import { examine } from '../doctor/examine.ts';
import type { Finding } from '../doctor/finding.ts';
import { findingsSummary, findingsTable, isBad } from '../doctor/table.ts';
import { watch } from '../freshness/watched.ts';
import { type Command, CommandError, parseCommand, say } from './command.ts';
import {
  type CommandProject,
  type LoadProject,
  migrationNames,
  needsOfProject,
  PROJECT_OPTION,
  registryOf,
} from './command-project.ts';

const usage = `Usage: $0 doctor [--json] [--jobs] [--redis URL] [--replicas URLS] [--resources FILE]

Shows in one table what is missing or wrong: versions, the schema "hotpath", the triggers of each resource, the privileges
of the role, the settings of sessions, tables and columns, Redis, the clock. It changes nothing, and exits with 1 if
something is missing or wrong. Run it as the role that the service connects as.

  --json            prints the findings as JSON
  --jobs            checks the queue, too
  --redis URL       checks this Redis; without it that of REDIS_URL, if it is set
  --replicas URLS   checks these standbys, with commas between them; without it those of DATABASE_REPLICA_URLS, if it is set
  --resources FILE  the file of the resources

The database is that of DATABASE_URL.`;

const options = {
  json: { type: 'boolean' },
  jobs: { type: 'boolean' },
  redis: { type: 'string' },
  replicas: { type: 'string' },
  ...PROJECT_OPTION,
} as const;

/** The command `doctor`. */
export const doctorCommand = (load: LoadProject): Command => ({
  summary: 'show what is missing or wrong in a project, its database and its Redis',
  usage,
  async run(args) {
    const { json, jobs, resources, ...places } = parseCommand(usage, { args, options }).values;
    const project = await load({ resources });
    const findings = await findingsOn({ ...project, hasJobs: jobs ?? project.hasJobs ?? false }, places);
    say(json ? JSON.stringify(findings, null, 2) : findingsTable(findings));
    if (findings.some(isBad)) throw new CommandError(findingsSummary(findings));
    if (!json) say(findingsSummary(findings));
  },
});

/** The servers that the command line names. */
interface Places {
  readonly redis?: string | undefined;
  readonly replicas?: string | undefined;
}

function findingsOn(project: CommandProject, { redis, replicas }: Places): Promise<Finding[]> {
  const watched = watch(registryOf(project));
  const migrations = migrationNames(project);
  const redisUrl = redis ?? process.env['REDIS_URL'];
  const replicaUrls = (replicas ?? process.env['DATABASE_REPLICA_URLS'])?.split(',').filter(Boolean) ?? [];
  const url = project.databaseUrl();
  return examine({
    root: project.root,
    url,
    watched,
    needs: needsOfProject(project, watched, url),
    ...(migrations && { migrations }),
    ...(redisUrl && { redisUrl }),
    replicaUrls,
  });
}
