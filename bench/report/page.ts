/** The report: one page that needs nothing else. */
import type { Document } from '../support/document.ts';
import { escaped } from './charts.ts';
import { partsOf, tilesOf } from './parts.ts';
import { STYLE } from './style.ts';

export function pageOf(document: Document): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hotpath, measured</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Hotpath, measured</h1>
<p class="soft">The same marketplace twice: as slow services are written, and as Hotpath answers it. One machine, the same data, one run; client, service and PostgreSQL share its processors, so the ratios count more than the rates.</p>
${tilesOf(document)}
${partsOf(document).join('\n')}
${footerOf(document)}
</main>
</body>
</html>
`;
}

function footerOf({ machine, runs }: Document): string {
  const days = [...new Set(Object.values(runs).map(({ at }) => at.slice(0, 10)))].join(', ');
  const sizes = [...new Set(Object.values(runs).map(({ size }) => size))].join(' and ');
  const isQuick = Object.values(runs).some(({ quick }) => quick);
  const facts = [...Object.values(machine), ...new Set(Object.values(runs).flatMap(({ facts }) => postgresOf(facts)))];
  const warnings = Object.entries(runs).flatMap(([name, run]) => run.warnings.map((warning) => `${name}: ${warning}`));
  return `<footer>
<p>Measured ${days} on ${escaped(facts.join(', '))}, with the ${sizes} data${isQuick ? '; a quick run, not to be quoted' : ''}. Made by <code>npm run bench</code> and <code>npm run bench:report</code>.</p>
${warnings.length > 0 ? `<ul>${warnings.map((warning) => `<li>${escaped(warning)}</li>`).join('')}</ul>` : ''}
</footer>`;
}

const postgresOf = ({ postgres }: Readonly<Record<string, string | number>>): string[] =>
  postgres === undefined ? [] : [`PostgreSQL ${postgres}`];
