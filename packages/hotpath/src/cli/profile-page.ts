/** The report of `hotpath profile` as one HTML file that loads nothing: the matrix of frequency and time, the table, the advice. */
import { cacheTable } from '../advisor/cache/cache-table.ts';
import type { DearStatement } from '../advisor/dear-statements.ts';
import { normalise } from '../budget/normalise.ts';
import { adviceTexts, type ProfileFindings } from './profile-report.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character]!);

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color-scheme: light dark }
table { border-collapse: collapse; width: 100% } th, td { padding: .25rem .5rem; text-align: right; vertical-align: top }
th { border-bottom: 1px solid } td:last-child, th:last-child { text-align: left } code, pre { font: 13px/1.4 ui-monospace, monospace }
pre { white-space: pre-wrap; border-left: 3px solid; padding-left: 1rem } circle { fill: currentColor; fill-opacity: .4; stroke: currentColor }
svg { width: 100%; max-width: 40rem } text { fill: currentColor; font-size: 11px } line { stroke: currentColor; stroke-opacity: .4 }`;

/** @param at the time of the profile. */
export function profilePage(findings: ProfileFindings, at: Date): string {
  const { dearest } = findings;
  const statements =
    'missing' in dearest
      ? `<p>${escaped(dearest.missing)}</p>`
      : `${matrixOf(dearest.statements)}${tableOf(dearest.statements)}`;
  const caching = findings.cache
    ? `<h2>The cache of each route</h2><pre>${escaped(cacheTable(findings.cache))}</pre>`
    : '';
  const advice = adviceTexts(findings).map((text) => `<pre>${escaped(text)}</pre>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Profile of a database</title><style>${STYLE}</style></head><body>
<h1>Profile</h1><p>${escaped(at.toISOString())}</p>
<h2>The statements that take the most time</h2>${statements}
${caching}
<h2>Advice</h2>${advice.length === 0 ? '<p>There is nothing to advise.</p>' : advice.join('\n')}
</body></html>
`;
}

const WIDTH = 600;
const HEIGHT = 320;
const EDGE = 40;

/** Calls to the right, mean time upwards, both logarithmic; the area of a circle is the part of all time. */
function matrixOf(statements: readonly DearStatement[]): string {
  const x = scale(
    statements.map(({ calls }) => calls),
    [EDGE, WIDTH - EDGE],
  );
  const y = scale(
    statements.map(({ meanMs }) => meanMs),
    [HEIGHT - EDGE, EDGE],
  );
  const circles = statements.map((one, index) => {
    const [cx, cy] = [x(one.calls), y(one.meanMs)];
    const radius = 4 + 26 * Math.sqrt(one.timeShare);
    const title = escaped(`${index + 1}. ${one.routes?.join(', ') ?? ''} ${normalise(one.text).slice(0, 300)}`);
    return `<circle cx="${cx}" cy="${cy}" r="${radius.toFixed(1)}"><title>${title}</title></circle><text x="${cx}" y="${cy}">${index + 1}</text>`;
  });
  const axes = `<line x1="${EDGE}" y1="${HEIGHT - EDGE / 2}" x2="${WIDTH}" y2="${HEIGHT - EDGE / 2}"/><line x1="${EDGE / 2}" y1="0" x2="${EDGE / 2}" y2="${HEIGHT - EDGE}"/>`;
  const names = `<text x="${WIDTH - 90}" y="${HEIGHT - 4}">more calls →</text><text x="${EDGE}" y="12">↑ slower</text>`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Calls and mean time of each statement">${axes}${names}${circles.join('')}</svg>`;
}

/** A logarithmic scale from the range of the values to a range of pixels. */
function scale(values: readonly number[], [from, to]: readonly [number, number]): (value: number) => string {
  const logs = values.map((value) => Math.log(Math.max(value, 1e-3)));
  const [least, most] = [Math.min(...logs), Math.max(...logs)];
  const span = most - least || 1;
  return (value) => (from + ((Math.log(Math.max(value, 1e-3)) - least) / span) * (to - from)).toFixed(1);
}

function tableOf(statements: readonly DearStatement[]): string {
  const rows = statements.map((one, index) => {
    const numbers = [
      String(index + 1),
      `${(one.timeShare * 100).toFixed(1)}%`,
      String(one.calls),
      one.totalMs.toFixed(0),
      one.meanMs.toFixed(2),
      String(one.rows),
      String(one.blocksRead),
      String(one.blocksHit),
    ];
    const routes = (one.routes ?? []).map((route) => `${escaped(route)}<br>`).join('');
    const cells = numbers.map((cell) => `<td>${cell}</td>`).join('');
    return `<tr>${cells}<td>${routes}<code>${escaped(normalise(one.text).slice(0, 2000))}</code></td></tr>`;
  });
  const head = ['', 'time', 'calls', 'total ms', 'mean ms', 'rows', 'read', 'hit', 'statement'];
  return `<table><thead><tr>${head.map((name) => `<th>${name}</th>`).join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}
