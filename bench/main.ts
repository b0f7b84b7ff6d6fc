/**
 * The bench: measures sections of the service, prints tables, writes JSON.
 *
 * Whatever a section starts (servers, children, files) it puts on one stack, which is unwound when the bench ends:
 * finished, failed, or interrupted.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { reads } from './sections/reads.ts';
import type { Report, Section } from './support/bench.ts';
import { type Command, commandFrom, helpFor, UsageError } from './support/command-line.ts';
import { drawn } from './support/table.ts';

const SECTIONS: Readonly<Record<string, Section>> = { reads };
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const INTERRUPTED = 130;

/** Runs the bench with these arguments, and ends the process. */
export async function bench(args: readonly string[]): Promise<never> {
  const code = await measure(args).catch((error) => {
    const isUsage = error instanceof UsageError;
    process.stderr.write(isUsage ? `${error.message} See --help.\n` : `${error.stack ?? error}\n`);
    return isUsage ? 2 : 1;
  });
  process.exit(code);
}

async function measure(args: readonly string[]): Promise<number> {
  const command = commandFrom(args, Object.keys(SECTIONS));
  if (command === 'help') {
    process.stdout.write(helpFor(SECTIONS));
    return 0;
  }
  const stack = new AsyncDisposableStack();
  return Promise.race([runSections(command, stack), interruption()]).finally(() => stack.disposeAsync());
}

async function runSections(command: Command, stack: AsyncDisposableStack): Promise<number> {
  for (const name of command.sections) {
    const report = await SECTIONS[name]!.run({ ...command, stack, log });
    show(report);
    write(command.out ?? join(import.meta.dirname, 'out', `${name}.json`), { section: name, command, report });
  }
  return 0;
}

/** Resolves with the exit code when the process is told to stop. A second signal is not waited for. */
function interruption(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  for (const signal of SIGNALS) process.once(signal, () => resolve(INTERRUPTED));
  return promise;
}

function show({ facts, tables, warnings }: Report): void {
  const known = Object.entries({ ...machine(), ...facts }).map(([name, value]) => `${name}: ${value}`);
  const parts = [known.join('\n'), ...tables.map(drawn), ...warnings.map((warning) => `Note: ${warning}`)];
  process.stdout.write(`${parts.join('\n\n')}\n`);
}

interface Outcome {
  readonly section: string;
  readonly command: Command;
  readonly report: Report;
}

function write(file: string, { section, command: { size, quick }, report }: Outcome): void {
  mkdirSync(dirname(file), { recursive: true });
  const document = { section, at: new Date(), size, quick, machine: machine(), ...report };
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`);
  log(`Written to ${relative(process.cwd(), file)}.`);
}

const machine = () => ({
  cpus: `${availableParallelism()} of ${cpus()[0]?.model ?? 'an unknown kind'}`,
  memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
  system: `${platform()} ${arch()}`,
  node: process.version,
});

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

if (import.meta.main) await bench(process.argv.slice(2));
