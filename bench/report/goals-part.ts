/** The part of the report that holds what was measured against what was meant to be reached. */
import type { Document } from '../support/document.ts';
import { escaped } from './charts.ts';
import { type Goal, limitGoalsOf, systemGoalsOf } from './goals.ts';
import { heading, wideTable } from './html.ts';

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

/** A row a system, a column a goal; a goal that differs from the column's says so. */
function systemGoalsTable(goals: readonly Goal[]): string {
  const columns = [...new Set(goals.map(({ what }) => what))];
  const usual = new Map(goals.map(({ what, goal }) => [what, goal]));
  const head = columns.map((what) => `<th>${escaped(what)}<br>${escaped(usual.get(what)!)}</th>`).join('');
  const rows = [...new Set(goals.map(({ of }) => of))].map((system) => {
    const cells = columns.map((what) => {
      const goal = goals.find((each) => each.of === system && each.what === what);
      if (!goal) return '<td></td>';
      const other = goal.goal === usual.get(what) ? '' : ` <i>${escaped(goal.goal)}</i>`;
      return `<td class="${state(goal)}">${escaped(goal.measured)}${other}</td>`;
    });
    return `<tr><th>${escaped(system)}</th>${cells.join('')}</tr>`;
  });
  return wideTable(`<th></th>${head}`, rows);
}

function limitGoalsTable(goals: readonly Goal[]): string {
  const rows = goals.map(
    (goal) =>
      `<tr><th>${escaped(goal.of)}</th><td>${escaped(goal.what)}</td><td>${escaped(goal.goal)}</td><td class="${state(goal)}">${escaped(goal.measured)}</td></tr>`,
  );
  return wideTable('<th></th><th></th><th>goal</th><th>measured</th>', rows);
}
