/** `npm run check:freshness`: the freshness check for as long as is wanted, on a database of its own. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { HOME } from '../../../src/dev/home.ts';
import { migrate } from '../../../src/dev/migrate.ts';
import { openEmbeddedPostgres } from '../../../src/dev/postgres/embedded-postgres.ts';
import { check } from './check.ts';
import { UNSAFE } from './database.ts';
import { FAULT_NAMES } from './faults/index.ts';
import { complaints, measured, summary } from './report.ts';

const usage = `Usage: npm run check:freshness -- [options]

Two instances of the service, one Redis, readers and writers over HTTP and by SQL, and faults. Every read is held against
what had been committed when it was sent.

  --seconds N    for how long (60)
  --seed S       of what is chosen at random (drawn, and printed)
  --faults LIST  all (the default), none, or some of these between commas:
                 ${FAULT_NAMES.join(', ')}
  --broken       with followers that miss every fifth change: the check must fail
  --help

Results go to standard output, progress to standard error.
Exit codes: 0 all was fresh, 1 it was not or nothing can be said, 2 wrong usage, 130 interrupted.
`;

class UsageError extends Error {}

type Options = Exclude<ReturnType<typeof optionsFrom>, 'help'>;

function optionsFrom(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: text, seed: text, faults: text, broken: flag, help: { ...flag, short: 'h' } },
  });
  if (values.help) return 'help';
  const { faults = 'all', broken = false } = values;
  const names = { all: FAULT_NAMES, none: [] }[faults] ?? faults.split(',');
  const stranger = names.find((name) => !FAULT_NAMES.includes(name));
  if (stranger !== undefined) throw new UsageError(`There is no fault "${stranger}".`);
  const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31));
  return {
    seconds: numberFrom('seconds', values.seconds ?? '60'),
    seed: numberFrom('seed', seed),
    faults: names,
    broken,
  };
}

function numberFrom(name: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new UsageError(`--${name} is "${text}", but must be a number.`);
  return Number(text);
}

async function run({ broken, ...options }: Options): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const databaseUrl = await openDatabase(stack);
  const outcome = await check({ ...options, databaseUrl, isBroken: broken, log });
  const wrong = complaints(outcome, options.faults);
  process.stdout.write(`${[...measured(outcome, options.seed), ...wrong, summary(outcome)].join('\n')}\n`);
  return wrong.length > 0 ? 1 : 0;
}

async function openDatabase(stack: AsyncDisposableStack): Promise<string> {
  const server = await openEmbeddedPostgres({ directory: join(HOME, 'check-postgres'), settings: UNSAFE, log });
  stack.defer(server.stop);
  const name = `check_${process.pid}`;
  const admin = stack.adopt(new pg.Client({ connectionString: server.url() }), (client) => client.end());
  await admin.connect();
  await admin.query(`create database ${name}`);
  stack.defer(async () => void (await admin.query(`drop database ${name} with (force)`)));
  await migrate(server.url(name));
  return server.url(name);
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function main(): Promise<number> {
  try {
    const options = optionsFrom(process.argv.slice(2));
    if (options !== 'help') return await run(options);
    process.stdout.write(usage);
    return 0;
  } catch (error) {
    const isUsage = error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS');
    process.stderr.write(`${isUsage ? `${(error as Error).message} See --help.` : (error as Error).stack}\n`);
    return isUsage ? 2 : 1;
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
process.exit(await main());
