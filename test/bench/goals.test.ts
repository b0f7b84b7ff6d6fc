/** Goals of the bench when the value that they are compared with is missing. */
import { expect, it } from 'vitest';
import { limitGoalsOf, systemGoalsOf } from '../../bench/report/goals.ts';
import { RESULTS } from '../../bench/report/main.ts';
import { type Document, type Rates, readDocument, type Side } from '../../bench/support/document.ts';

const document = readDocument(RESULTS);

function dashboardGoal(what: string, before: Partial<Side>, after: Partial<Side>) {
  const pair = document.beforeAfter!['dashboard']!;
  const dashboard = { before: { ...pair.before, ...before }, after: { ...pair.after, ...after } };
  return systemGoalsOf({ ...document, beforeAfter: { dashboard } }).find((goal) => goal.what === what);
}

const heldGoal = (before: number, after: number) =>
  dashboardGoal('users held', { usersHeld: before }, { usersHeld: after });

it('a goal of users counts one user for the slow service if it could hold none, and says so', () => {
  expect(heldGoal(0, 13)).toMatchObject({ met: true, measured: '13, and none could be held before' });
  expect(heldGoal(0, 12)).toMatchObject({ met: false });
  expect(heldGoal(0, 0)).toMatchObject({ met: false });
  expect(heldGoal(2, 26)).toMatchObject({ met: true, measured: '13 ×' });
});

it('a ratio to zero does not meet a goal', () => {
  expect(dashboardGoal('throughput', { throughput: 0 }, { throughput: 100 })).toMatchObject({
    met: false,
    measured: '-',
  });
});

it('reads from the database have a goal if their ratio was measured within the rounds', () => {
  const { ofLimit: _ofLimit, ofPrisma: _ofPrisma, ...hotpath } = document.cold!['hotpath']!;
  const goalsOf = (rate: object) => {
    const cold: Document['cold'] = { ...document.cold, hotpath: { ...hotpath, ...rate } };
    return limitGoalsOf({ ...document, cold }).filter(({ of }) => of === 'From the database');
  };
  expect(goalsOf({})).toEqual([]);
  expect(goalsOf({ ofLimit: 0.8, ofPrisma: 2 }).map(({ met }) => met)).toEqual([true, false]);
});

it('the cost of the log over minutes has the goals of each workload', () => {
  const { 'a reading': rates } = document.writes! as Record<string, Rates>;
  const costOf = (ofLimit: number) => ({
    rates: { ...rates!, 'with triggers': { ...rates!['with triggers']!, ofLimit } },
    emptied: 1,
    mostBytes: 1,
  });
  const goalsOf = (log: Document['log']) =>
    limitGoalsOf({ ...document, ...(log && { log }) }).filter(({ of }) => of === 'Log over minutes');
  expect(goalsOf(undefined)).toEqual([]);
  expect(goalsOf({ 'a reading': costOf(0.86), '1,000 readings': costOf(0.94) })).toMatchObject([
    { what: 'lost of a reading', met: true },
    { what: 'lost of 1,000 readings', met: false },
  ]);
});
