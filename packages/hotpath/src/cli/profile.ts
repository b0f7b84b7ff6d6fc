/**
 * `hotpath profile`: the dearest statements of a database with the routes that send them, and advice on its indexes, tables
 * and sequences.
 */
import { writeFile } from 'node:fs/promises';
import type pg from 'pg';
import {
  type AskedService,
  type AskedShape,
  askedShapes,
  type CachableRoute,
  cachableRoutes,
} from '../advisor/asked-shapes.ts';
import { adviseCache } from '../advisor/cache/cache-advice.ts';
import { connectionAdvice } from '../advisor/connections.ts';
import { type DearStatements, dearStatements, SHOWN_STATEMENTS } from '../advisor/dear-statements.ts';
import { adviseIndexes } from '../advisor/indexes/advise-indexes.ts';
import { CloneError, withClone } from '../advisor/indexes/clone.ts';
import { StatementPlanner } from '../advisor/indexes/planner.ts';
import { withoutServedKeys } from '../advisor/served-keys.ts';
import { withRoutes } from '../advisor/statement-routes.ts';
import { upkeepOf } from '../advisor/upkeep.ts';
import type { DataModel } from '../model/data-model.ts';
import { readTraffic } from '../replay/read-traffic.ts';
import { ReplayError, type TrafficRequest } from '../replay/recorded-traffic.ts';
import { type Command, CommandError, parseCommand, say } from './command.ts';
import { databaseUrl } from './environment.ts';
import { onDatabase } from './on-database.ts';
import { profilePage } from './profile-page.ts';
import { type ProfileFindings, profileText } from './profile-report.ts';
import { type Progress, ProgressBar } from './progress-bar.ts';
import { importServerModule } from './server-module.ts';

const usage = `Usage: $0 profile [MODULE] [--clone URL] [--traffic FILE] [--every-shape] [--json]
       [--html FILE]

Shows the twenty statements of a database that take the most time, from the extension pg_stat_statements, each with the
routes that send it. Advises on new indexes: for each the statements that it makes cheaper, its size, what it costs the writes,
the line for schema.prisma and the SQL. Advises on upkeep: indexes that are invalid, that another index covers or that no
plan uses, foreign keys without an index, tables that autovacuum does not keep up with, sequences near their last value; and on the pools of connections.
The command changes nothing. An index that this server does not use may serve a replica.

MODULE         exports build(), which returns the Fastify server with the plugin hotpath, not listening; the command then
               knows the statements of its routes
--clone URL    proves new indexes on a copy of the database of this URL, which the command makes on the same server and
               drops; without it, the extension HypoPG of the database proves them
--traffic FILE also advises on the cache of each route, simulated over the traffic of a file of hotpath record; needs MODULE
--every-shape  advises also for statements that routes can send and that were never sent
--json         prints the findings as JSON
--html FILE    writes the findings as a page to the file

The database is that of DATABASE_URL. Progress goes to standard error.`;

const options = {
  clone: { type: 'string' },
  traffic: { type: 'string' },
  'every-shape': { type: 'boolean' },
  json: { type: 'boolean' },
  html: { type: 'string' },
} as const;

/** A server with the plugin, as far as the command needs it. */
export interface ProfiledServer {
  readonly hotpath: AskedService;
  ready(): PromiseLike<unknown>;
  close(): PromiseLike<unknown>;
}

/**
 * The command `profile`.
 * @param build builds the server of the service; without it the user may name a module that does.
 */
export const profileCommand = (build?: () => ProfiledServer | Promise<ProfiledServer>): Command => ({
  summary: 'show the dearest statements of a database, and advise on its indexes, tables and sequences',
  usage,
  async run(args) {
    const { values, positionals } = parseCommand(usage, { args, options, allowPositionals: build === undefined });
    const [file, ...more] = positionals;
    if (more.length > 0) throw new CommandError(usage);
    const url = databaseUrl();
    const known = await serviceOf(file === undefined ? build : (await importServerModule<ServerModule>(file)).build);
    const traffic = await trafficOf(values.traffic, known);
    const wanted = { url, known, traffic, everyShape: values['every-shape'] ?? false };
    const found = await onCloneIfAny(values.clone, (clone) => profiled({ ...wanted, clone }));
    if (values.html !== undefined) await writeFile(values.html, profilePage(found, new Date()));
    say(values.json ? JSON.stringify(found, null, 2) : profileText(found));
  },
});

/** @throws {CommandError} without a server: its routes tell which requests share an answer. */
async function trafficOf(file: string | undefined, { routes }: KnownService): Promise<WantedProfile['traffic']> {
  if (file === undefined) return undefined;
  if (routes.length === 0) throw new CommandError('--traffic needs a MODULE, whose routes the cache would serve.');
  try {
    return (await readTraffic(file)).requests;
  } catch (error) {
    throw error instanceof ReplayError ? new CommandError(error.message, { cause: error }) : error;
  }
}

interface ServerModule {
  build(): ProfiledServer | Promise<ProfiledServer>;
}

/** The statements that a service can send. */
interface KnownService {
  readonly shapes: readonly AskedShape[];
  readonly routes: readonly CachableRoute[];
  readonly dataModel?: DataModel;
}

/** The server is closed before a clone is made, which needs a database without connections. */
async function serviceOf(build: ServerModule['build'] | undefined): Promise<KnownService> {
  if (!build) return { shapes: [], routes: [] };
  const server = await build();
  try {
    await server.ready();
    if (!server.hotpath) throw new CommandError('The server has not registered the plugin hotpath.');
    const { hotpath } = server;
    return {
      shapes: askedShapes(hotpath),
      routes: cachableRoutes(hotpath),
      dataModel: hotpath.resources.dataModel,
    };
  } finally {
    await server.close();
  }
}

async function onCloneIfAny<T>(
  url: string | undefined,
  work: (clone: pg.ClientBase | undefined) => Promise<T>,
): Promise<T> {
  if (url === undefined) return work(undefined);
  try {
    return await withClone(url, work);
  } catch (error) {
    throw error instanceof CloneError ? new CommandError(error.message, { cause: error }) : error;
  }
}

interface WantedProfile {
  readonly url: string;
  readonly known: KnownService;
  readonly clone: pg.ClientBase | undefined;
  readonly everyShape: boolean;
  readonly traffic: readonly TrafficRequest[] | undefined;
}

/** The most statements that are planned: the dearest take nearly all of the time. */
const PLANNED_STATEMENTS = 500;

function profiled({ url, known, clone, everyShape, traffic }: WantedProfile): Promise<ProfileFindings> {
  return onDatabase(url, async (client) => {
    const bars = new PartBars();
    try {
      const counted = await dearStatements(client, PLANNED_STATEMENTS);
      const advice = [...(await upkeepOf(client)), ...(await connectionAdvice(client))];
      await client.query('SET default_transaction_read_only = on');
      const indexes = await adviseIndexes({
        ...{ client, clone, everyShape, shapes: known.shapes, dataModel: known.dataModel },
        counted: 'missing' in counted ? undefined : counted.statements,
        onProgress: (progress) => bars.show(progress),
      });
      const cache =
        traffic && (await adviseCache({ client, planner: new StatementPlanner(client), ...known, traffic }));
      const found = 'missing' in indexes ? [] : indexes.indexes;
      return {
        dearest: shown(counted, known.shapes),
        advice: withoutServedKeys(advice, found),
        indexes,
        ...(cache && { cache }),
      };
    } finally {
      bars.close();
    }
  });
}

function shown(counted: DearStatements, shapes: readonly AskedShape[]): DearStatements {
  if ('missing' in counted) return counted;
  return { statements: withRoutes(counted.statements.slice(0, SHOWN_STATEMENTS), shapes) };
}

/** One bar for each part of the work. */
class PartBars {
  #bar: ProgressBar | undefined;
  #part: string | undefined;

  show(progress: Progress): void {
    if (progress.part !== this.#part) {
      this.close();
      this.#bar = new ProgressBar();
      this.#part = progress.part;
    }
    this.#bar?.show(progress);
  }

  close(): void {
    this.#bar?.close();
  }
}
