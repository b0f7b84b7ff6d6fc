/** Runs Prisma's CLI for the oracle. */
import { createRequire } from 'node:module';
import { runProgram } from 'hotpath/cli';
import { PROJECT } from '../../../../../../src/dev/home.ts';

const COMMAND = createRequire(import.meta.url).resolve('prisma/build/index.js');

/** Prisma failed. The message is Prisma's output without the lines that it always prints. */
export class PrismaCommandError extends Error {
  override readonly name = 'PrismaCommandError';
}

/** @throws {PrismaCommandError} */
export async function prismaCommand(...args: readonly string[]): Promise<void> {
  const { code, output } = await runProgram(process.execPath, [COMMAND, ...args], {
    cwd: PROJECT,
    env: { ...process.env, NO_COLOR: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  });
  if (code !== 0) throw new PrismaCommandError(messageIn(output));
}

const NOISE = [
  /^(✔ Generated .*|Error: )$/,
  /^(Loaded Prisma config|Prisma schema loaded|Datasource "|Prisma CLI Version|\[Context: |Validation Error Count)/,
  /^Error code: /,
  // A place in the code of the schema engine.
  /^\s+(\d+: sql_schema|\d+: schema_|with step=|at schema-engine)/,
];

function messageIn(output: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: matches the colour codes of a terminal.
  const lines = output.replace(/\u001b\[[\d;]*m/g, '').split('\n');
  return lines.filter((line) => line.trim() && !NOISE.some((noise) => noise.test(line))).join('\n');
}
