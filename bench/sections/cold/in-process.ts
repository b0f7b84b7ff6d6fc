/** Dashboards without HTTP: each contender in a process of its own, and pgbench with the SQL of the service. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Child, startChild } from '../../support/child.ts';
import { pgbenchVersion, runPgbench, statementFor, writePgbenchScript } from '../../support/pgbench.ts';
import type { Racer, Turn } from '../../support/race.ts';
import { CONTENDERS } from './contenders.ts';
import { CONNECTIONS, type ColdGround } from './ground.ts';
import type { Told } from './in-process-child.ts';

/** How many users' dashboards are compared before anything is measured. */
const COMPARED = 12;

export interface InProcess {
  readonly racers: readonly Racer[];
  /** Statements an answer, by contender. */
  readonly statements: ReadonlyMap<string, readonly number[]>;
  /** The answer of all of them: the JSON text by user. */
  readonly answers: ReadonlyMap<number, string>;
  /** Its version, where it is on PATH. */
  readonly pgbench: string | undefined;
}

/** Starts the contenders. @throws if one answers otherwise than the others. */
export async function startInProcess(ground: ColdGround): Promise<InProcess> {
  const children = new Map(Object.keys(CONTENDERS).map((name) => [name, startContender(ground, name)]));
  const users = ground.users.slice(0, COMPARED);
  const told = new Map<string, Told>();
  for (const [name, child] of children) told.set(name, await child.ask('tell', { contender: name, users }));
  const racers = [...children].map(([name, child]) => childRacer(ground, name, child));
  const pgbench = await pgbenchVersion(ground.stack);
  const compiled = children.get('compiled')!;
  const statement = await compiled.ask<string>('statement');
  told.set('pgbench', await tellAsPgbench(compiled, statement, users));
  if (pgbench) racers.push(pgbenchRacer(ground, statement));
  mustAgree(told, users);
  const answers = new Map(users.map((user, index) => [user, told.get('compiled')!.answers[index]!]));
  return { racers, answers, pgbench, statements: new Map([...told].map(([name, each]) => [name, each.statements])) };
}

function startContender({ stack, environment }: ColdGround, name: string): Child {
  const file = join(import.meta.dirname, 'in-process-child.ts');
  return startChild(stack, { file, args: [name], environment });
}

const childRacer = ({ users }: ColdGround, name: string, child: Child): Racer => ({
  name,
  run: (seconds) => child.ask<Turn>('measure', { subjects: users, seconds, lanes: CONNECTIONS }),
});

function pgbenchRacer({ stack, database, users }: ColdGround, statement: string): Racer {
  const folder = mkdtempSync(join(tmpdir(), 'hotpath-bench-'));
  stack.defer(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'dashboard.sql');
  writePgbenchScript(file, { statement, values: users });
  const run = { url: database.url, file, connections: CONNECTIONS };
  return { name: 'pgbench', run: (seconds) => runPgbench(stack, { ...run, seconds }) };
}

/** The answers to the SQL as pgbench sends it. */
async function tellAsPgbench(compiled: Child, statement: string, users: readonly number[]): Promise<Told> {
  const answers = await compiled.ask<string[]>('tellInText', { text: statementFor(statement, '$1'), users });
  return { answers, statements: users.map(() => 1) };
}

function mustAgree(told: ReadonlyMap<string, Told>, users: readonly number[]): void {
  users.forEach((user, index) => {
    const expected: unknown = JSON.parse(told.get('compiled')!.answers[index]!);
    for (const [name, { answers }] of told) {
      if (isDeepStrictEqual(JSON.parse(answers[index]!), expected)) continue;
      throw new Error(`${name} does other work than the service: its dashboard of user ${user} differs.`);
    }
  });
}
