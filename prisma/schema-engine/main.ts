/** The executable that the Prisma CLI starts as its schema engine, without a native binary. */

import { migrationAdapters } from './adapters.ts';
import { type CommandLine, parseCommandLine } from './command-line.ts';
import { canConnect, createDatabase } from './database.ts';
import { withServer } from './embedded-database.ts';
import { serveRpc } from './json-rpc.ts';
import { KnownError } from './known-error.ts';
import { engineReplies } from './replies.ts';

try {
  const commandLine = parseCommandLine(process.argv.slice(2));
  await withServer(commandLine.datasource, (datasource) =>
    commandLine.subcommand === undefined
      ? serveRequests({ ...commandLine, datasource })
      : runSubcommand({ ...commandLine, datasource }),
  );
} catch (error) {
  process.stderr.write(logOf(error));
  process.exitCode = 1;
}
// Ends the process now, because the engine's limit on the wait for the advisory lock is still a running timer.
process.exit();

async function runSubcommand({ subcommand, datasource }: CommandLine): Promise<void> {
  switch (subcommand) {
    case 'can-connect-to-database':
      await canConnect(datasource.url);
      return console.log('Connection successful');
    case 'create-database':
      return console.log(`Database '${await createDatabase(datasource.url)}' was successfully created.`);
    default:
      throw new Error(`Unknown sub-command: ${subcommand}`);
  }
}

/** A signal lets the request at work finish, so that its shadow database is dropped; a second one ends the process at once. */
async function serveRequests({ datamodels, datasource }: CommandLine): Promise<void> {
  const end = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end.abort());
  process.stdout.on('error', () => end.abort());
  const adapters = migrationAdapters(datasource);
  try {
    await serveRpc({ input: process.stdin, output: process.stdout }, engineReplies(datamodels, adapters), end.signal);
  } finally {
    await adapters.dispose();
  }
}

/** An error in the log format of the native engine, which the CLI parses after the first line. */
function logOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const error_code = error instanceof KnownError ? error.code : undefined;
  const line = { level: 'ERROR', target: 'schema_engine::logger', fields: { message, error_code } };
  return `\n${JSON.stringify(line)}\n`;
}
