/** The part of the report that holds what was measured against what was meant to be reached. */
import type { Document } from '../support/document.ts';
import { escaped } from './charts.ts';
import type { Goal } from './goal.ts';
import { limitGoalsOf, systemGoalsOf } from './goals.ts';
import { heading, wrappedTable } from './html.ts';

const state = ({ met }: Goal): string => (met ? 'met' : 'missed');

export function goalsPart(document: Document): string[] {
  const systems = systemGoalsOf(document);
  const limits = limitGoalsOf(document);
  if (systems.length + limits.length === 0) return [];
  const missed = [...systems, ...limits].filter(({ met }) => !met).length;
  const note = missed === 0 ? 'All of them are met.' : `${missed} of ${systems.length + limits.length} are not met.`;
  return [
    heading('Goals', `What it was meant to reach, and what was measured. ${note}`),
    ...(systems.length > 0 ? [systemGoalsTable(systems)] : []),
    ...(limits.length > 0 ? [limitGoalsTable(limits)] : []),
  ];
}

/** A row a goal, a column a system; a system whose goal differs from the row's says so. */
function systemGoalsTable(goals: readonly Goal[]): string {
  const usual = new Map(goals.map(({ what, goal }) => [what, goal]));
  const systems = [...new Set(goals.map(({ of }) => of))];
  const rows = [...usual].map(([what, usualGoal]) => {
    const cells = systems.map((system) => {
      const goal = goals.find((each) => each.of === system && each.what === what);
      if (!goal) return '<td></td>';
      const other = goal.goal === usualGoal ? '' : ` <i>${unbroken(goal.goal)}</i>`;
      return `<td class="${state(goal)}">${measured(goal)}${other}</td>`;
    });
    return `<tr><th>${escaped(what)} <i>${unbroken(usualGoal)}</i></th>${cells.join('')}</tr>`;
  });
  return wrappedTable(`<th></th>${systems.map((system) => `<th>${escaped(system)}</th>`).join('')}`, rows);
}

/** `≥ 95.0%` is read in one piece. */
const unbroken = (bound: string): string => escaped(bound).replaceAll(' ', '&nbsp;');

/** Some say more than a number. */
const measured = ({ measured: text }: Goal): string => escaped(text).replaceAll(' ×', '&nbsp;×');

function limitGoalsTable(goals: readonly Goal[]): string {
  const rows = goals.map(
    (goal) =>
      `<tr><th>${escaped(goal.of)}</th><td>${escaped(goal.what)}</td><td>${unbroken(goal.goal)}</td><td class="${state(goal)}">${measured(goal)}</td></tr>`,
  );
  return wrappedTable('<th></th><th></th><th>goal</th><th>measured</th>', rows);
}
