/**
 * A child that answers dashboards in its own process, without HTTP, in a number of lanes at once.
 *
 * Its rate is measured with all lanes. Its CPU time an operation is measured after that with one lane: where lanes
 * keep PostgreSQL busy on every processor, a microsecond of CPU does less, for some contenders more than for others.
 */

import { Ledger, withLedger } from 'hotpath/budget/ledger';
import { buildApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { answerQuestions } from '../../support/child.ts';
import type { Turn } from '../../support/race.ts';
import { CONTENDERS, sentStatement } from './contenders.ts';

export interface Told {
  readonly answers: readonly string[];
  /** That each answer took. */
  readonly statements: readonly number[];
}

interface Measure {
  readonly users: readonly number[];
  readonly seconds: number;
  readonly lanes: number;
}

const app = buildApp(loadConfig());
await app.ready();
const answer = await CONTENDERS[process.argv[2]!]!(app);

answerQuestions({
  statement: async () => (await sentStatement(app, 1)).text,
  async tell({ users }: { users: readonly number[] }): Promise<Told> {
    const told = { answers: [] as string[], statements: [] as number[] };
    for (const user of users) {
      const ledger = new Ledger();
      told.answers.push(await withLedger(ledger, () => answer(user)));
      told.statements.push(ledger.statements);
    }
    return told;
  },
  async measure({ users, seconds, lanes }: Measure): Promise<Turn> {
    const { nodeCpu: _, ...together } = await work({ users, seconds, lanes });
    const { operations, nodeCpu } = await work({ users, seconds: seconds / 3, lanes: 1 });
    return { ...together, nodeCpu: (nodeCpu / operations) * together.operations };
  },
});

/** Answers for so long, in so many lanes. */
async function work({ users, seconds, lanes }: Measure): Promise<Turn & { readonly nodeCpu: number }> {
  let operations = 0;
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const lane = async () => {
    while (performance.now() - startedAt < seconds * 1000) await answer(users[operations++ % users.length]!);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const { user, system } = process.cpuUsage(cpuBefore);
  return { operations, seconds: (performance.now() - startedAt) / 1000, nodeCpu: user + system };
}
