/** `npm run check:freshness`: the freshness check on a database of its own, or a hunt in a service that runs. */
import { check } from './check.ts';
import { HuntError, type HuntOptions, hunt } from './hunt/hunt.ts';
import { huntComplaints, huntMeasured, huntSummary } from './hunt/hunt-report.ts';
import { commandFrom, type RunOptions, USAGE, WrongUsageError } from './options.ts';
import { openOwnDatabase } from './own-database.ts';
import { complaints, measured, summary } from './report.ts';

async function runCheck(options: RunOptions): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const databaseUrl = await openOwnDatabase(stack, { hasStandbys: options.replicas > 0, log });
  const outcome = await check({ ...options, databaseUrl, log });
  const wrong = complaints(outcome, options.faults);
  print([...measured(outcome, options.seed), ...wrong, summary(outcome)]);
  return wrong.length > 0 ? 1 : 0;
}

async function runHunt(options: HuntOptions): Promise<number> {
  log(`Comparing pages of ${options.base} for ${options.seconds} s.`);
  const outcome = await hunt(options);
  const wrong = huntComplaints(outcome, options.writes.length > 0);
  print([...huntMeasured(outcome, options), ...wrong, huntSummary(outcome)]);
  return wrong.length > 0 ? 1 : 0;
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function main(): Promise<number> {
  try {
    const command = commandFrom(process.argv.slice(2));
    if (command.does === 'check') return await runCheck(command.options);
    if (command.does === 'hunt') return await runHunt(command.options);
    process.stdout.write(USAGE);
    return 0;
  } catch (error) {
    if (error instanceof WrongUsageError) {
      log(`${error.message} See --help.`);
      return 2;
    }
    log(error instanceof HuntError ? error.message : String((error as Error).stack));
    return 1;
  }
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
process.exit(await main());
