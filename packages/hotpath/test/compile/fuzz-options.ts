/** The options of `npm run fuzz`. */
import { parseArgs } from 'node:util';

export interface FuzzOptions {
  /** A .prisma file or a folder with such files; without it, the schemas of the project. */
  readonly schema?: string;
  /** The number of schemas with drawn names, which replace a given schema. */
  readonly names?: number;
  readonly cases: number;
  readonly seed: number;
}

/** An unknown option, or an invalid value of one. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const USAGE = `npm run fuzz -- [options]: compiled reads against Prisma Client, with random arguments over random rows,
and the pages of every model by each of its fields. The scratch databases have settings that a session must not keep.

  --schema PATH  a .prisma file, or a folder with such files, for PostgreSQL; without it, the project's own schemas
  --names N      so many schemas are drawn, with names that are keywords, as long as can be, or those of the SQL itself
  --cases N      how many reads are drawn (10000)
  --seed N       the seed of the first batch; one batch after another takes the next
  --help         this text

TEST_DATABASE_URL names a server on which databases may be created; without it one is started.`;

/** The text of `--help` if an argument requests it. @throws {UsageError} */
export function readFuzzOptions(args: readonly string[]): FuzzOptions | string {
  const { help, schema, names, cases, seed } = parse(args);
  if (help) return USAGE;
  if (schema !== undefined && names !== undefined) throw new UsageError('--schema and --names exclude each other.');
  return {
    ...(schema !== undefined && { schema }),
    ...(names !== undefined && { names: wholeNumber('--names', names, 1) }),
    cases: wholeNumber('--cases', cases ?? '10000', 2),
    seed: wholeNumber('--seed', seed ?? String(Date.now() % 1e6), 0),
  };
}

function parse(args: readonly string[]) {
  try {
    const options = {
      help: { type: 'boolean' },
      schema: { type: 'string' },
      names: { type: 'string' },
      cases: { type: 'string' },
      seed: { type: 'string' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number;
  throw new UsageError(`${option} takes a whole number from ${least} up, not \`${text}\`.`);
}
