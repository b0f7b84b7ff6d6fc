/**
 * pgbench running one statement of ours: what PostgreSQL gives to a client in C that throws the result away.
 *
 * Its scripts have no lists, so the value of the parameter is found by a tree of comparisons: one random number leads
 * to one of the given values, each as likely as it is often in the list. And it takes every `:word` for a variable, in
 * string literals too, so that colons in literals are written as escapes.
 */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { startProgram } from './child.ts';
import type { Turn } from './race.ts';

export interface PgbenchScript {
  readonly statement: string;
  /** The values of `$1`. */
  readonly values: readonly number[];
}

export interface PgbenchRun {
  readonly url: string;
  readonly file: string;
  readonly connections: number;
  readonly seconds: number;
  /** The variables of the script. */
  readonly variables?: Readonly<Record<string, number>>;
}

/** `pgbench (PostgreSQL) 15.18`, or undefined where there is none on PATH. */
export async function pgbenchVersion(stack: AsyncDisposableStack): Promise<string | undefined> {
  const output = await outputOf(stack, ['--version']).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  return output?.trim();
}

export function writePgbenchScript(file: string, { statement, values }: PgbenchScript): void {
  const lines = [
    `\\set draw random(0, ${values.length - 1})`,
    `\\set value ${choice(values, 0)}`,
    `${statementFor(statement)};`,
  ];
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
}

/** The statement as pgbench reads it; PostgreSQL takes it for the same. */
export function statementFor(statement: string, parameter = ':value'): string {
  return statement
    .replace(/(E?)'((?:[^']|'')*)'/g, (literal, escaped: string, inside: string) => {
      if (!inside.includes(':')) return literal;
      return `E'${(escaped ? inside : inside.replaceAll('\\', '\\\\')).replaceAll(':', '\\x3a')}'`;
    })
    .replace(/\$1\b/g, parameter);
}

export async function runPgbench(
  stack: AsyncDisposableStack,
  { url, file, connections, seconds, variables = {} }: PgbenchRun,
): Promise<Turn> {
  const options = { '-M': 'prepared', '-c': connections, '-j': 2, '-T': Math.ceil(seconds), '-f': file };
  const defined = Object.entries(variables).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
  const output = await outputOf(stack, ['-n', ...Object.entries(options).flat().map(String), ...defined, url]);
  const operations = Number(/transactions actually processed: (\d+)/.exec(output)?.[1]);
  const rate = Number(/tps = ([\d.]+)/.exec(output)?.[1]);
  if (!(operations > 0 && rate > 0)) throw new Error(`pgbench said nothing of use:\n${output}`);
  return { operations, seconds: operations / rate };
}

/** `values[draw - offset]` as nested comparisons. */
function choice(values: readonly number[], offset: number): string {
  if (values.length === 1) return String(values[0]);
  const half = Math.ceil(values.length / 2);
  const [low, high] = [choice(values.slice(0, half), offset), choice(values.slice(half), offset + half)];
  return `case when :draw < ${offset + half} then ${low} else ${high} end`;
}

async function outputOf(stack: AsyncDisposableStack, args: readonly string[]): Promise<string> {
  const child = startProgram(stack, ['pgbench', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  const [said, complaint, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), ended]);
  if (code !== 0) throw new Error(`pgbench failed: ${complaint.trim()}`);
  return said;
}
