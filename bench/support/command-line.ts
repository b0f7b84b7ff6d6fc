/** The command line of the bench. */
import { parseArgs } from 'node:util';
import type { BenchSize, Section } from './bench.ts';

export interface BenchCommand {
  readonly sections: readonly string[];
  /** Whether these are all there are. */
  readonly isWhole: boolean;
  readonly quick: boolean;
  /** The size of the command line; without one each section has its own. */
  readonly size: BenchSize | undefined;
  readonly out: string | undefined;
}

/** The command was called with what it cannot use; the message is a sentence for its user. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws {UsageError} */
export function commandFrom(args: readonly string[], known: readonly string[]): BenchCommand | 'help' {
  const { values, positionals } = parsed(args);
  if (values.help) return 'help';
  const stranger = positionals.find((name) => !known.includes(name));
  if (stranger !== undefined) throw new UsageError(`There is no section "${stranger}", only ${known.join(', ')}.`);
  const { quick = false, size, out } = values;
  if (size !== undefined && size !== 'small' && size !== 'large')
    throw new UsageError(`--size is small or large, not "${size}".`);
  const sections = positionals.length > 0 ? positionals : known;
  return { sections, isWhole: positionals.length === 0, quick, size, out };
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    const options = { quick: flag, size: text, out: text, help: { ...flag, short: 'h' } } as const;
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}.`);
  }
}

export const helpFor = (sections: Readonly<Record<string, Section>>): string => `Measures Hotpath.

Usage: node bench/main.ts [section...] [options]

Sections, all of them unless named:
${Object.entries(sections)
  .map(([name, { summary }]) => `  ${name.padEnd(18)} ${summary}\n`)
  .join('')}
Options:
  --quick            fewer and shorter rounds on the small database: to see that all works, not to quote
  --size SIZE        small (100,000 transactions) or large (1,000,000); by default small for beforeAfter and with
                     --quick, and large for the others
  --out FILE         where the JSON goes; bench/out/bench.json by default. Without all sections, those that are
                     measured replace what the file holds of them
  --help

Tables go to standard output, progress to standard error.
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
`;
