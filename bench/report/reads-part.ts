/** The part of the report about reads: each shape by each contender. */
import { totalCpuUs } from '../sections/reads/figures.ts';
import { SHAPES, type Shape } from '../sections/reads/shapes.ts';
import type { Document, ReadRate } from '../support/document.ts';
import { shown } from '../support/table.ts';
import { bars, escaped, type Tone } from './charts.ts';
import { timesOf } from './goal.ts';
import { card, cards, heading, wrappedTable } from './html.ts';
import { besidePeers } from './read-goals.ts';
import { brief } from './words.ts';

type Rates = Readonly<Record<string, ReadRate>>;

export const CONTENDER_NAMES: Readonly<Record<string, readonly [label: string, tone: Tone]>> = {
  hotpath: ['Hotpath', 'after'],
  byHand: ['SQL by hand', 'other'],
  drizzle: ['Drizzle', 'other'],
  kysely: ['Kysely', 'other'],
  prisma: ['Prisma', 'other'],
};

export function readsPart({ reads }: Document): string[] {
  if (!reads) return [];
  const shapes = Object.entries(SHAPES as Readonly<Record<string, Shape>>).flatMap(([name, { title }]) =>
    reads[name] ? [[title, reads[name]] as const] : [],
  );
  return [
    heading(
      'Beside what else could answer',
      'The same reads from the same database, with the same connections and prepared statements. Hotpath is the whole service, with authentication, policies and headers; the others are bare Fastify servers that do nothing else.',
    ),
    cards(shapes.map(([title, rates]) => shapeCard(title, rates))),
    besideTable(shapes),
  ];
}

const shapeCard = (title: string, rates: Rates): string =>
  card(
    title.charAt(0).toUpperCase() + title.slice(1),
    'Requests a second · CPU time a request, in Node.js and PostgreSQL',
    bars(
      Object.entries(CONTENDER_NAMES).flatMap(([name, [label, tone]]) => {
        const found = rates[name];
        return found ? [{ label, tone, value: found.rate, text: brief(found.rate) + cpuText(found) }] : [];
      }),
    ),
  );

function cpuText(rate: ReadRate): string {
  if (totalCpuUs(rate) === undefined) return '';
  return ` · ${shown(rate.nodeCpuUs)} + ${shown(rate.postgresCpuUs)} µs`;
}

function besideTable(shapes: readonly (readonly [string, Rates])[]): string {
  const rows = shapes.map(([title, rates]) => {
    const { fastest, rate, cpu, postgres } = besidePeers(rates);
    const name = CONTENDER_NAMES[fastest]?.[0] ?? fastest;
    const cells = [name, timesOf(rate), optional(cpu), optional(postgres)];
    return `<tr><th>${escaped(title)}</th>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`;
  });
  const titles = ['', 'fastest peer', 'rate of it', "CPU of the best peer's", "PostgreSQL's CPU of SQL by hand"];
  return wrappedTable(titles.map((title) => `<th>${title}</th>`).join(''), rows);
}

const optional = (value: number | undefined): string => (value === undefined ? '–' : timesOf(value));
