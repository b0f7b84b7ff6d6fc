/** The command `npm run seed`: fills a migrated database with a marketplace. */

import { parseArgs } from 'node:util';
import { ProgressBar, secondsText } from 'hotpath/cli';
import { urlComplaint } from 'hotpath/database';
import { DATABASE_DIRECTORY, DATABASE_NAME } from '../../src/dev/home.ts';
import { ensureDatabase, openEmbeddedPostgres } from '../../src/dev/postgres/embedded-postgres.ts';
import { redactStandardError, startSentence } from '../../src/exit.ts';
import { type RowCounts, SeedError, type SeedOptions, seed } from './seed.ts';
import { SIZES, type Size } from './sizes.ts';

const HELP = `Fills a migrated database with a marketplace, the same for the same size and reference time.

Usage: npm run seed -- [options]

  --size tiny|small|large   a few dozen rows of each, with corner cases; 100,000 transactions (default); 1,000,000
  --reset                   empty the tables first; without it, a database that holds data is refused
  --now TIME                the data's present, such as 2026-01-31 or 2026-01-31T12:00:00Z; the start of today (UTC)
  --database-url URL        default: DATABASE_URL, else the embedded PostgreSQL of npm run dev
  --help

Exit codes: 0 done, 1 failed, 2 wrong usage. A seed that fails or is killed leaves the database as it was.
`;

class UsageError extends Error {}

type Command = Omit<SeedOptions, 'url'> & { size: Size; url: string | undefined };

function commandFrom(args: string[]): Command | 'help' {
  const { values } = parsed(args);
  if (values.help) return 'help';
  const size = values.size ?? 'small';
  if (!isSize(size)) throw new UsageError(`--size is tiny, small or large, not "${size}".`);
  const url = values['database-url'] ?? process.env['DATABASE_URL'];
  redactStandardError({ DATABASE_URL: url });
  const complaint = url && urlComplaint('The URL of the database', url);
  if (complaint) throw new SeedError(complaint);
  return { url, size, reset: values.reset ?? false, ...(values.now && { now: timeFrom(values.now) }) };
}

function parsed(args: string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({ args, options: { size: text, now: text, 'database-url': text, reset: flag, help: flag } });
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}.`);
  }
}

function isSize(text: string): text is Size {
  return Object.hasOwn(SIZES, text);
}

function timeFrom(text: string): Date {
  const time = new Date(text);
  if (/^\d{4}-\d\d-\d\d(T.+Z)?$/.test(text) && !Number.isNaN(time.getTime())) return time;
  throw new UsageError(`--now is a date or a time in UTC, such as 2026-01-31T12:00:00Z, not "${text}".`);
}

function table(counts: RowCounts): string {
  const cells = Object.entries(counts).map(([name, count]) => [name, count.toLocaleString('en')] as const);
  const name = Math.max(...cells.map(([text]) => text.length));
  const count = Math.max(...cells.map(([, text]) => text.length));
  return cells.map((row) => `${row[0].padEnd(name)}  ${row[1].padStart(count)}\n`).join('');
}

function explained(error: unknown): string {
  if (error instanceof SeedError) return error.message;
  if (error instanceof UsageError) return `${error.message} See npm run seed -- --help.`;
  return `The seed failed: ${startSentence(error)}`;
}

async function openDatabase(url: string | undefined) {
  if (url) return { url, close: async () => {} };
  const server = await openEmbeddedPostgres({ directory: DATABASE_DIRECTORY });
  await ensureDatabase(server, DATABASE_NAME);
  return { url: server.url(DATABASE_NAME), close: server.stop };
}

async function main(args: string[]): Promise<void> {
  const command = commandFrom(args);
  if (command === 'help') return void process.stdout.write(HELP);
  const started = performance.now();
  const database = await openDatabase(command.url);
  const bar = new ProgressBar();
  const counts = await seed({ ...command, url: database.url, onProgress: (progress) => bar.show(progress) })
    .finally(() => bar.close())
    .finally(database.close);
  process.stdout.write(`${table(counts)}Seeded (${command.size}) in ${secondsText(performance.now() - started)}.\n`);
}

await main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${explained(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
