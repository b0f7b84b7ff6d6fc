/** `npm run check:freshness`: the freshness check for as long as is wanted, on a database of its own. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { HOME } from '../../../src/dev/home.ts';
import { migrate } from '../../../src/dev/migrate.ts';
import { openEmbeddedPostgres } from '../../../src/dev/postgres/embedded-postgres.ts';
import { check, FAULT_NAMES, type Outcome } from './check.ts';

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

const HIT_RATE = 0.8;
/** Within which a write is seen, 99 times of 100, while nothing fails. */
const SOON_MS = 50;
const SHOWN = 10;
/** Nothing here outlives the check, so nothing waits for the disk. */
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

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
  const complaints = complaintsOf(outcome, options.faults);
  process.stdout.write(`${[...linesOf(outcome, options.seed), ...complaints].join('\n')}\n`);
  return complaints.length > 0 ? 1 : 0;
}

async function openDatabase(stack: AsyncDisposableStack): Promise<string> {
  const server = await openEmbeddedPostgres({ directory: join(HOME, 'check-postgres'), settings: SETTINGS, log });
  stack.defer(server.stop);
  const name = `check_${process.pid}`;
  const admin = stack.adopt(new pg.Client({ connectionString: server.url() }), (client) => client.end());
  await admin.connect();
  await admin.query(`create database ${name}`);
  stack.defer(async () => void (await admin.query(`drop database ${name} with (force)`)));
  await migrate(server.url(name));
  return server.url(name);
}

function linesOf({ reads, hits, writes, faults, compared, stale, failures, delay }: Outcome, seed: number): string[] {
  const shown = Object.entries({
    seed,
    reads,
    hits: `${hits} (${((100 * hits) / reads).toFixed(1)}%)`,
    writes,
    faults,
    'compared with the database': compared,
    'stale reads': stale.length,
    'failed requests': failures.length,
    'commit to invisible, p50': `${delay.p50.toFixed(1)} ms`,
    'commit to invisible, p99': `${delay.p99.toFixed(1)} ms`,
    'commit to invisible, worst': `${delay.worst.toFixed(1)} ms`,
  });
  return shown.map(([name, value]) => `${name.padEnd(28)}${value}`);
}

function complaintsOf({ reads, hits, writes, stale, failures, delay }: Outcome, faults: readonly string[]): string[] {
  const said = [...stale.map((each) => `Stale: ${JSON.stringify(each)}`), ...failures.map((each) => `Failed: ${each}`)];
  const isSlow = faults.length === 0 && delay.p99 >= SOON_MS;
  return [
    ...said.slice(0, SHOWN),
    ...(said.length > SHOWN ? [`And ${said.length - SHOWN} more.`] : []),
    ...(writes === 0 || !(hits > HIT_RATE * reads) ? [`Fewer than ${100 * HIT_RATE}% of the reads were hits.`] : []),
    ...(isSlow ? [`Of 100 writes one was unseen for ${SOON_MS} ms or more.`] : []),
  ];
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
