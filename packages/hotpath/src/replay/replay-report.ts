/** The result of a replay as text. */
import type { FieldDifference } from './compare-json.ts';
import type { ReplayDifference, ReplayResult } from './replay-traffic.ts';
import type { RouteFigures, SideFigures } from './side-by-side.ts';

const SHOWN_FIELDS = 10;
const LONGEST_VALUE = 200;

/** The names of the two sides: `beside` or `recorded`, and `against`. */
export type SideNames = readonly [beside: string, against: string];

export function replayReport(result: ReplayResult, sides: SideNames): string {
  const { differences, unstable, routes, statuses, otherStatus, lateMs } = result;
  const counts = Object.entries(statuses).map(([status, times]) => `${status} × ${times}`);
  return [
    ...differences.map((difference) => differenceText(difference, sides)),
    tableText(routes, sides),
    `Statuses: ${counts.join(', ')}.`,
    ...(otherStatus > 0 ? [`Another status than in the file, from both services: ${otherStatus}.`] : []),
    ...unstableLines(unstable),
    ...(lateMs > LATE_MS
      ? [`The replay was up to ${(lateMs / 1000).toFixed(1)} s late: --concurrency is too low.`]
      : []),
  ].join('\n');
}

const LATE_MS = 1000;

function unstableLines(unstable: ReplayResult['unstable']): string[] {
  const lines = Object.entries(unstable).map(([field, routes]) => {
    const shown = routes.slice(0, SHOWN_ROUTES).map((route) => `GET ${route}`);
    const rest = routes.length - shown.length;
    return `  ${field} of ${shown.join(', ')}${rest > 0 ? ` and ${rest} more routes` : ''}`;
  });
  return lines.length === 0 ? [] : ['Not compared, because they change from question to question:', ...lines];
}

const SHOWN_ROUTES = 3;

function differenceText({ path, viewer, fields }: ReplayDifference, sides: SideNames): string {
  const by = viewer ? ` as ${viewer.role} ${viewer.subject}` : '';
  const shown = fields.slice(0, SHOWN_FIELDS).flatMap((field) => fieldLines(field, sides));
  const rest = fields.length - SHOWN_FIELDS;
  return [`GET ${path}${by}`, ...shown, ...(rest > 0 ? [`  and ${rest} more fields`] : []), ''].join('\n');
}

function fieldLines({ field, beside, against }: FieldDifference, [one, other]: SideNames): string[] {
  const width = Math.max(one.length, other.length);
  return [`  ${field}`, `    ${one.padEnd(width)}  ${shown(beside)}`, `    ${other.padEnd(width)}  ${shown(against)}`];
}

function shown(value: string | undefined): string {
  if (value === undefined) return '(missing)';
  return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
}

function tableText(routes: readonly RouteFigures[], [one, other]: SideNames): string {
  const head = ['route', 'requests', ...['statements', 'p50 ms', 'p95 ms'].map((name) => `${name} (${one}, ${other})`)];
  const rows = routes.map(({ route, requests, beside, against }) => [
    `GET ${route}`,
    String(requests),
    pairText(beside, against, (side) => side.statements),
    pairText(beside, against, (side) => side.p50),
    pairText(beside, against, (side) => side.p95),
  ]);
  const table = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

type Figure = (side: SideFigures) => number | undefined;

const pairText = (beside: SideFigures | undefined, against: SideFigures | undefined, figure: Figure): string =>
  `${figureText(beside && figure(beside))}  ${figureText(against && figure(against))}`;

const figureText = (figure: number | undefined): string => (figure === undefined ? '–' : figure.toFixed(2)).padStart(8);
