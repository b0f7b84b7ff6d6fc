/**
 * The bench: measures sections of the service, prints tables, writes one document.
 *
 * A section puts everything that it starts (servers, children, files) on a stack. The stack is unwound when the section ends:
 * finished, failed, or interrupted. The bench writes the document after each section, so no measurement is lost.
 */
import { join, relative } from 'node:path';
import { HOME } from '../src/dev/home.ts';
import { goalsTable } from './report/goals.ts';
import { SECTIONS } from './sections/index.ts';
import type { Report, Section } from './support/bench.ts';
import { type BenchCommand, commandFrom, helpFor, UsageError } from './support/command-line.ts';
import { openServer } from './support/database.ts';
import { type Document, machine, newDocument, readDocument, withReport, writeDocument } from './support/document.ts';
import { LockedError, lock } from './support/lock.ts';
import { withStack } from './support/stack.ts';
import { drawn } from './support/table.ts';

const OUT = join(import.meta.dirname, 'out', 'bench.json');
const LOCK = join(HOME, 'bench.lock');
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const INTERRUPTED = 130;

/** Runs the bench with these arguments, and ends the process. */
export async function bench(args: readonly string[]): Promise<never> {
  const code = await measure(args).catch((error) => {
    const isUsage = error instanceof UsageError;
    if (error instanceof LockedError) log(error.message);
    else log(isUsage ? `${error.message} See --help.` : `${error.stack ?? error}`);
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
  const held = lock(LOCK);
  return withStack((stack) => run(command, stack)).finally(() => held[Symbol.dispose]());
}

async function run(command: BenchCommand, whole: AsyncDisposableStack): Promise<number> {
  const interrupted = interruption();
  // One server for all sections, each of which would start it again.
  await openServer({ stack: whole, log });
  const out = command.out ?? OUT;
  let document = command.isWhole ? newDocument() : readDocument(out);
  for (const [place, name] of command.sections.entries()) {
    log(`${name} (${place + 1} of ${command.sections.length}): ${SECTIONS[name]!.summary}`);
    const stack = new AsyncDisposableStack();
    const running = runSection(SECTIONS[name]!, { command, stack });
    const done = await Promise.race([running, interrupted]).finally(() => stack.disposeAsync());
    if (typeof done === 'number') return done;
    show(done.report);
    document = withReport(document, name, done);
    writeDocument(out, document);
  }
  conclude(document, out);
  return 0;
}

async function runSection(
  section: Section,
  { command, stack }: { command: BenchCommand; stack: AsyncDisposableStack },
) {
  const { quick, size = quick ? 'small' : (section.size ?? 'large') } = command;
  const startedAt = performance.now();
  const report = await section.run({ size, quick, stack, log });
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const { facts, warnings } = report;
  return { report, run: { at: new Date().toISOString(), seconds, size, quick, facts, warnings } };
}

/** Resolves with the exit code at the first signal to stop. A second signal ends the process at once. */
function interruption(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  for (const signal of SIGNALS) process.once(signal, () => resolve(INTERRUPTED));
  return promise;
}

function show({ facts, tables, warnings }: Report): void {
  const known = Object.entries({ ...machine(), ...facts }).map(([name, value]) => `${name}: ${value}`);
  const parts = [known.join('\n'), ...tables.map(drawn), ...warnings.map((warning) => `Note: ${warning}`)];
  process.stdout.write(`${parts.join('\n\n')}\n\n`);
}

function conclude(document: Document, out: string): void {
  const seconds = Object.values(document.runs).reduce((sum, run) => sum + run.seconds, 0);
  process.stdout.write(`${drawn(goalsTable(document))}\n`);
  log(`Written to ${relative(process.cwd(), out)}; its sections took ${seconds} s.`);
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

if (import.meta.main) await bench(process.argv.slice(2));
