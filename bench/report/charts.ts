/**
 * Charts as SVG, drawn when the report is made: no script, no library. All are 400 wide and scale with the page; their
 * colours are the page's.
 */
const WIDTH = 400;

export type Tone = 'after' | 'before' | 'limit' | 'other';

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The value as it is read. */
  readonly text: string;
  readonly tone: Tone;
}

const ROW = 40;

/** Horizontal bars from 0, a line of text above each. */
export function bars(rows: readonly Bar[]): string {
  const most = Math.max(...rows.map(({ value }) => value));
  const drawn = rows.map(({ label, value, text, tone }, index) => {
    const y = index * ROW;
    const width = Math.max(2, (value / most) * WIDTH);
    return `<text x="0" y="${y + 14}" class="label">${escaped(label)}</text>
      <text x="${WIDTH}" y="${y + 14}" class="value" text-anchor="end">${escaped(text)}</text>
      <rect x="0" y="${y + 21}" width="${WIDTH}" height="9" rx="4.5" class="track"/>
      <rect x="0" y="${y + 21}" width="${round(width)}" height="9" rx="4.5" class="${tone}"/>`;
  });
  return svg(rows.length * ROW - 8, labelsOf(rows), drawn);
}

export interface ChartSpan {
  readonly label: string;
  readonly before: number;
  readonly after: number;
  readonly texts: readonly [before: string, after: string];
}

const SPAN_ROW = 50;
const INSET = 8;

/** From before to after on one logarithmic scale: an arrow a row. */
export function spans(rows: readonly ChartSpan[], tick: (value: number) => string): string {
  const values = rows.flatMap(({ before, after }) => [before, after]);
  const scale = logScale(values, [INSET, WIDTH - INSET]);
  const height = rows.length * SPAN_ROW;
  const grid = scale.ticks.map(
    (value) => `<line x1="${scale.at(value)}" x2="${scale.at(value)}" y1="0" y2="${height}" class="grid"/>
      <text x="${scale.at(value)}" y="${height + 14}" class="tick" text-anchor="${anchorAt(scale.at(value))}">${escaped(tick(value))}</text>`,
  );
  const drawn = rows.map(({ label, before, after, texts }, index) => {
    const y = index * SPAN_ROW;
    const [from, to] = [scale.at(before), scale.at(after)];
    return `<text x="0" y="${y + 15}" class="label">${escaped(label)}</text>
      <text x="${WIDTH}" y="${y + 15}" class="value" text-anchor="end">${escaped(texts[0])} → <tspan class="strong">${escaped(texts[1])}</tspan></text>
      <line x1="${from}" x2="${to}" y1="${y + 30}" y2="${y + 30}" class="span"/>
      <circle cx="${from}" cy="${y + 30}" r="5" class="before"/>
      <circle cx="${to}" cy="${y + 30}" r="6" class="after"/>`;
  });
  return svg(height + 20, rows.map(({ label, texts }) => `${label}: ${texts.join(' to ')}`).join('; '), [
    ...grid,
    ...drawn,
  ]);
}

export interface ChartSeries {
  readonly name: string;
  readonly tone: Tone;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Axes {
  readonly x: (value: number) => string;
  readonly y: (value: number) => string;
}

const PLOT = { left: 56, right: WIDTH - 14, top: 10, bottom: 190 };

/** Lines over two logarithmic scales. */
export function lineChart(series: readonly ChartSeries[], axes: Axes): string {
  const points = series.flatMap((each) => each.points);
  const x = logScale(
    points.map(([value]) => value),
    [PLOT.left + 6, PLOT.right],
  );
  const y = logScale(
    points.map(([, value]) => value),
    [PLOT.bottom, PLOT.top],
  );
  const grid = y.ticks.map(
    (value) => `<line x1="${PLOT.left}" x2="${WIDTH}" y1="${y.at(value)}" y2="${y.at(value)}" class="grid"/>
      <text x="${PLOT.left - 8}" y="${y.at(value) + 4}" class="tick" text-anchor="end">${escaped(axes.y(value))}</text>`,
  );
  const below = x.ticks.map(
    (value) =>
      `<text x="${x.at(value)}" y="${PLOT.bottom + 20}" class="tick" text-anchor="${anchorAt(x.at(value))}">${escaped(axes.x(value))}</text>`,
  );
  const drawn = series.map(({ tone, points }) => {
    const path = points.map(([px, py]) => `${x.at(px)},${y.at(py)}`);
    const dots = points.map(([px, py]) => `<circle cx="${x.at(px)}" cy="${y.at(py)}" r="4" class="${tone}"/>`);
    return `<polyline points="${path.join(' ')}" class="line ${tone}-line"/>${dots.join('')}`;
  });
  const said = series.map(
    ({ name, points }) => `${name}: ${points.map(([px, py]) => `${axes.y(py)} at ${axes.x(px)}`).join(', ')}`,
  );
  return svg(PLOT.bottom + 26, said.join('; '), [...grid, ...below, ...drawn]);
}

interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

const MOST_TICKS = 5;

/** Whole powers of ten at both ends. Values below a millionth count as a millionth. */
function logScale(values: readonly number[], [start, end]: readonly [number, number]): Scale {
  const logs = values.map((value) => Math.log10(Math.max(value, 1e-6)));
  const low = Math.floor(Math.min(...logs));
  const high = Math.max(low + 1, Math.ceil(Math.max(...logs)));
  const step = Math.ceil((high - low) / MOST_TICKS);
  const ticks = Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, index) => 10 ** (low + index * step));
  const at = (value: number) =>
    round(start + ((Math.log10(Math.max(value, 1e-6)) - low) / (high - low)) * (end - start));
  return { ticks, at };
}

function anchorAt(x: number): 'start' | 'middle' | 'end' {
  if (x < 20) return 'start';
  return x > WIDTH - 20 ? 'end' : 'middle';
}

const labelsOf = (rows: readonly Bar[]): string => rows.map(({ label, text }) => `${label}: ${text}`).join('; ');

const svg = (height: number, label: string, parts: readonly string[]): string =>
  `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(label)}">${parts.join('\n')}</svg>`;

const round = (value: number): number => Math.round(value * 10) / 10;

export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
