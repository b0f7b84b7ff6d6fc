/** A child that answers dashboards in its own process, without HTTP, in a number of lanes at once. */

import { Ledger, withLedger } from 'hotpath/budget/ledger';
import { buildApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { answerQuestions } from '../../support/child.ts';
import { type Lanes, measureLanes } from '../../support/lanes.ts';
import type { Turn } from '../../support/race.ts';
import { answersInText, CONTENDERS, sentStatement } from './contenders.ts';

export interface Told {
  readonly answers: readonly string[];
  /** That each answer took. */
  readonly statements: readonly number[];
}

const app = buildApp(loadConfig());
await app.ready();
const answer = await CONTENDERS[process.argv[2]!]!(app);

answerQuestions({
  statement: async () => (await sentStatement(app, 1)).text,
  tellInText: ({ text, users }: { text: string; users: readonly number[] }) => answersInText(app, text, users),
  async tell({ users }: { users: readonly number[] }): Promise<Told> {
    const told = { answers: [] as string[], statements: [] as number[] };
    for (const user of users) {
      const ledger = new Ledger();
      told.answers.push(await withLedger(ledger, () => answer(user)));
      told.statements.push(ledger.statements);
    }
    return told;
  },
  measure: (lanes: Lanes): Promise<Turn> => measureLanes(lanes, answer),
});
