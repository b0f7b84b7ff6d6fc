/** The command line of `npm run check:freshness`. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BOUND_MS } from './bounds.ts';
import { FAULT_NAMES, REPLICA_FAULT_NAMES } from './faults/index.ts';
import { GUARD_NAMES } from './guards.ts';
import type { HuntOptions } from './hunt/hunt.ts';

export const USAGE = `Usage: npm run check:freshness -- [options]

Two instances of the service, one Redis, readers and writers over HTTP and by SQL, and faults. Every read is compared
with what had been committed when it was sent: a read that is sent more than ${BOUND_MS} ms after a commit must show it.

  --seconds N    how long (60)
  --seed S       of the random choices (drawn, and printed)
  --faults LIST  all (the default), none, or some of these between commas:
                 ${FAULT_NAMES.slice(0, 8).join(', ')},
                 ${FAULT_NAMES.slice(8).join(', ')}
  --replicas N   standbys that answer reads of the instances (0), with faults of their own: ${REPLICA_FAULT_NAMES.join(', ')}
  --without NAME with instances that lack a guard, so that the check must fail:
                 ${GUARD_NAMES.join(', ')}

Or a service of yours that is built on this engine, as it runs:

  --base URL      its address, behind no other cache
  --path PATH     a page to compare, from the first slash on; may be repeated. Without it and --paths, the pages of the
                  service's /openapi.json that a cache answers
  --paths FILE    a file of such pages, a line each
  --header H      "Name: value", sent with each request; may be repeated
  --database URL  its database: to count changes, and to run --write
  --write SQL     a statement to run before each comparison; may be repeated, for statements in turn. Without it, the
                  service is only watched, and something else must write.
  --bound MS      its FRESHNESS_BOUND_MS (${BOUND_MS})
  --seconds N     how long (60)

  A cached answer is compared with answers that the service reads past its cache, one earlier than the bound, one after
  it. If these two agree and the cached one differs, it is stale. Writes should give the page a new text each time:

    npm run check:freshness -- --base http://127.0.0.1:3000 --path '/v1/products/1?fields=name' \\
      --database postgresql://localhost/shop --write "UPDATE products SET name = 'at ' || clock_timestamp() WHERE id = 1"

  --help

Results go to standard output, progress to standard error. The last line sums up.
Exit codes: 0 all was fresh, 1 it was not or nothing can be said, 2 wrong usage, 130 interrupted.
`;

/** The command line is wrong; the message says how. */
export class WrongUsageError extends Error {
  override readonly name = 'WrongUsageError';
}

export interface RunOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly faults: readonly string[];
  readonly replicas: number;
  readonly without: string | undefined;
}

export type CheckCommand =
  | { readonly does: 'help' }
  | { readonly does: 'check'; readonly options: RunOptions }
  | { readonly does: 'hunt'; readonly options: HuntOptions };

const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;
const OF_CHECK = { seed: text, faults: text, without: text, replicas: text };
const OF_HUNT = { base: text, path: texts, paths: text, header: texts, database: text, write: texts, bound: text };

/** @throws {WrongUsageError} */
export function commandFrom(args: readonly string[]): CheckCommand {
  const values = parsed(args);
  if (values.help) return { does: 'help' };
  const isHunt = values.base !== undefined;
  const foreign = Object.keys(isHunt ? OF_CHECK : OF_HUNT).find((name) => name in values);
  if (foreign) throw new WrongUsageError(`--${foreign} does not go ${isHunt ? 'with' : 'without'} --base.`);
  return isHunt ? { does: 'hunt', options: huntOptions(values) } : { does: 'check', options: runOptions(values) };
}

type Values = ReturnType<typeof parsed>;

function parsed(args: readonly string[]) {
  try {
    const options = { ...OF_CHECK, ...OF_HUNT, seconds: text, help: { ...flag, short: 'h' } as const };
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new WrongUsageError((error as Error).message);
  }
}

function runOptions({ faults = 'all', without, seconds, seed, replicas: many = '0' }: Values): RunOptions {
  const replicas = numberFrom('replicas', many);
  const known = replicas > 0 ? [...FAULT_NAMES, ...REPLICA_FAULT_NAMES] : FAULT_NAMES;
  const names = { all: known, none: [] }[faults] ?? faults.split(',');
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined) throw new WrongUsageError(`There is no fault "${stranger}".`);
  if (without !== undefined && !GUARD_NAMES.includes(without)) {
    throw new WrongUsageError(`There is no guard "${without}".`);
  }
  return {
    seconds: numberFrom('seconds', seconds ?? '60'),
    seed: numberFrom('seed', seed ?? String(Math.floor(Math.random() * 2 ** 31))),
    faults: names,
    replicas,
    without,
  };
}

function huntOptions(values: Values): HuntOptions {
  const { path = [], paths, header = [], database, write = [] } = values;
  if (database !== undefined && !/^postgres(ql)?:/.test(database)) {
    throw new WrongUsageError(`--database is "${database}", but must be a URL such as postgresql://localhost/shop.`);
  }
  if (write.length > 0 && database === undefined) throw new WrongUsageError('--write needs --database.');
  const base = baseFrom(values.base!);
  const all = [...path, ...(paths === undefined ? [] : pathsIn(paths))];
  const wrong = all.find((each) => !each.startsWith('/'));
  if (wrong !== undefined) throw new WrongUsageError(`The page "${wrong}" does not start with a slash.`);
  return {
    base,
    paths: all,
    headers: Object.fromEntries(header.map(headerFrom)),
    databaseUrl: database,
    writes: write,
    seconds: numberFrom('seconds', values.seconds ?? '60'),
    boundMs: numberFrom('bound', values.bound ?? String(BOUND_MS)),
  };
}

function baseFrom(base: string): string {
  const url = URL.parse(base);
  if (url && ['http:', 'https:'].includes(url.protocol)) return url.href.replace(/\/+$/, '');
  throw new WrongUsageError(`--base is "${base}", but must be a URL such as http://127.0.0.1:3000.`);
}

function pathsIn(file: string): string[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.map((line) => line.trim()).filter((line) => line !== '');
  } catch (error) {
    throw new WrongUsageError(`--paths cannot be read: ${(error as Error).message}`);
  }
}

function headerFrom(header: string): [name: string, value: string] {
  const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):\s*(.*)$/.exec(header) ?? [];
  if (name === undefined || value === undefined) {
    throw new WrongUsageError(`--header is "${header}", but must be "Name: value".`);
  }
  return [name.toLowerCase(), value];
}

function numberFrom(name: string, value: string): number {
  if (!/^\d{1,10}$/.test(value)) throw new WrongUsageError(`--${name} is "${value}", but must be a number.`);
  return Number(value);
}
