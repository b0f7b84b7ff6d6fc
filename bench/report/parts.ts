/** The parts of the report, each from its part of the document; a part that was not measured is left out. */
import type { Document, Latency, Pair, Rate, Rates, Side } from '../support/document.ts';
import { shown } from '../support/table.ts';
import { type Bar, bars, escaped, lineChart, spans, type Tone } from './charts.ts';
import { goalsPart } from './goals-part.ts';
import { card, cards, heading, listTable } from './html.ts';
import { readsPart } from './reads-part.ts';
import { brief, bytes, megabytes, milliseconds, percent, short, systemName } from './words.ts';

export const partsOf = (document: Document): string[] =>
  [beforeAfterPart, coldPart, readsPart, hotPart, scalePart, writesPart, memoryPart, goalsPart].flatMap((part) =>
    part(document),
  );

const legend = (entries: readonly (readonly [Tone, string])[]): string =>
  `<ul class="legend">${entries.map(([tone, text]) => `<li class="${tone}">${escaped(text)}</li>`).join('')}</ul>`;

const BEFORE_AFTER = legend([
  ['before', 'before'],
  ['after', 'Hotpath'],
]);

/** The part that a reader sees first. */
export function tilesOf({ beforeAfter }: Document): string {
  const pair = beforeAfter?.['dashboard'];
  if (!pair) return '';
  const { before, after } = pair;
  const tile = (text: string, label: string) => `<div class="tile"><b>${text}</b><span>${label}</span></div>`;
  const tiles = [
    tile(`${brief(before.meanMs / after.meanMs)}×`, 'faster in the mean'),
    tile(`${brief(after.throughput / before.throughput)}×`, 'requests a second'),
    tile(`${brief(before.statementsPerRequest)} → ${brief(after.statementsPerRequest)}`, 'statements a request'),
    tile(percent(after.hitRate), 'of reads from memory'),
    tile(`−${percent(1 - after.payloadBytes / before.payloadBytes)}`, 'bytes a reply'),
    tile(`${brief(before.usersHeld)} → ${shown(after.usersHeld)}`, 'users held'),
  ];
  return `<h2 class="first">A user’s dashboard</h2><div class="tiles">${tiles.join('')}</div>`;
}

function beforeAfterPart({ beforeAfter, runs }: Document): string[] {
  if (!beforeAfter) return [];
  const systems = Object.entries(beforeAfter);
  const spansOf = (key: keyof Side, text: (value: number) => string) =>
    spans(
      systems.map(([name, { before, after }]) => ({
        label: systemName(name),
        before: before[key] ?? 0,
        after: after[key] ?? 0,
        texts: [text(before[key] ?? 0), text(after[key] ?? 0)],
      })),
      text,
    );
  const chart = (title: string, note: string, svg: string) => card(title, note, svg + BEFORE_AFTER);
  const users = runs['beforeAfter']?.facts['users'] ?? 8;
  return [
    heading(
      'Before and after',
      `The same rows, the same requests, the same machine: ${users} users who ask again as soon as they are answered, popular things more often (Zipf), 2% writes. Scales are logarithmic.`,
    ),
    cards([
      chart('Latency', 'Mean of all requests', spansOf('meanMs', milliseconds)),
      chart('Latency, p95', 'What 95 of 100 requests take at most', spansOf('p95Ms', milliseconds)),
      chart('Throughput', 'Requests a second', spansOf('throughput', short)),
      chart('Statements', 'A request, sent to PostgreSQL', spansOf('statementsPerRequest', brief)),
      chart('Payload', 'Bytes of a read, before compression', spansOf('payloadBytes', bytes)),
      chart('Database', 'CPU time of PostgreSQL a request', spansOf('dbCpuMsPerRequest', milliseconds)),
    ]),
    pairsTable(systems),
  ];
}

const ROWS: readonly (readonly [string, (side: Side) => string])[] = [
  ['mean', ({ meanMs }) => milliseconds(meanMs)],
  ['p95', ({ p95Ms }) => milliseconds(p95Ms)],
  ['requests/s', ({ throughput }) => brief(throughput)],
  ['statements', ({ statementsPerRequest }) => brief(statementsPerRequest)],
  ['hits', ({ hitRate }) => percent(hitRate)],
  ['bytes', ({ payloadBytes }) => bytes(payloadBytes)],
  ['sent', ({ compressedBytes }) => bytes(compressedBytes)],
  [
    'CPU, database',
    ({ dbCpuMsPerRequest }) => (dbCpuMsPerRequest === undefined ? '–' : milliseconds(dbCpuMsPerRequest)),
  ],
  ['CPU, service', ({ serviceCpuMsPerRequest: ms }) => (ms === undefined ? '–' : milliseconds(ms))],
  ['errors', ({ errorRate }) => percent(errorRate)],
  ['users held', ({ usersHeld }) => shown(usersHeld)],
];

function pairsTable(systems: readonly (readonly [string, Pair])[]): string {
  const head = ['', '', ...ROWS.map(([title]) => title)].map((title) => `<th>${title}</th>`).join('');
  const rows = systems.flatMap(([name, { before, after }]) => [
    row(`<th rowspan="2">${systemName(name)}</th><td><i>before</i></td>`, before),
    row('<td>Hotpath</td>', after),
  ]);
  return listTable(head, rows);
}

const row = (start: string, side: Side): string =>
  `<tr>${start}${ROWS.map(([title, show]) => `<td data-label="${title}">${show(side)}</td>`).join('')}</tr>`;

interface Names {
  readonly [name: string]: readonly [label: string, tone: Tone];
}

const rateText = ({ rate, spread }: Rate): string =>
  spread === 0 ? brief(rate) : `${brief(rate)} ± ${shown(spread * 100)}%`;

function rateBars(rates: Rates, names: Names): string {
  const rows = Object.entries(names).flatMap(([name, [label, tone]]): Bar[] => {
    const found = rates[name];
    return found ? [{ label, tone, value: found.rate, text: rateText(found) }] : [];
  });
  return bars(rows);
}

/** Too long for the chart. */
const beforeCpu = ({ before }: Rates): string =>
  before?.nodeCpuUs === undefined ? '' : `; before: ${milliseconds(before.nodeCpuUs / 1000)}`;

function cpuBars(rates: Rates, { before: _before, ...names }: Names): string {
  const rows = Object.entries(names).flatMap(([name, [label, tone]]): Bar[] => {
    const us = rates[name]?.nodeCpuUs;
    return us === undefined ? [] : [{ label, tone, value: us, text: milliseconds(us / 1000) }];
  });
  return rows.length > 0 ? bars(rows) : '';
}

const COLD: Names = {
  pgbench: ['pgbench, the same SQL, no HTTP', 'limit'],
  compiled: ['compiled read, no HTTP', 'after'],
  hotpath: ['Hotpath', 'after'],
  drizzle: ['Drizzle, relational query', 'other'],
  prismaInclude: ['Prisma, the better of its strategies', 'other'],
  before: ['before', 'before'],
};

function coldPart({ cold }: Document): string[] {
  if (!cold) return [];
  return [
    heading(
      'From the database',
      'A user’s dashboard with the cache off: what is left to gain is what separates Hotpath from pgbench, which sends the same SQL and throws the result away.',
    ),
    cards([
      card('Dashboards a second', 'Median of the rounds, and how far they lie apart', rateBars(cold, COLD)),
      card('CPU a dashboard', `Of the Node.js process that answers${beforeCpu(cold)}`, cpuBars(cold, COLD)),
    ]),
  ];
}

const HOT: Names = {
  bare: ['bare Fastify, a static buffer', 'limit'],
  notModified: ['Hotpath, 304 Not Modified', 'after'],
  l1: ['Hotpath, from its memory', 'after'],
  l2: ['Hotpath, from Redis', 'after'],
};

const TRACING: Names = {
  off: ['no request is traced', 'limit'],
  one: ['1% of requests', 'after'],
  all: ['every request', 'after'],
};

function hotPart({ hot, mixed, tracing }: Document): string[] {
  if (!hot && !tracing) return [];
  const traffic = mixed
    ? ` In mixed traffic, ${percent(mixed.writeShare)} of it writes, ${percent(mixed.hitRate)} of the reads are, and a request takes ${brief(mixed.statementsPerRequest)} statements.`
    : '';
  return [
    heading('From memory', `Requests a second on one process, and what tracing takes of them.${traffic}`),
    cards([
      ...(hot
        ? [card('Cached dashboards a second', 'Beside a Fastify that does nothing else', rateBars(hot, HOT))]
        : []),
      ...(tracing
        ? [card('Tracing', 'Requests a second, by the share that is traced', rateBars(tracing, TRACING))]
        : []),
    ]),
  ];
}

function scalePart({ scale }: Document): string[] {
  if (!scale) return [];
  const rows = Object.entries(scale.rows).map(([children, each]) => [Number(children), each] as const);
  const connections = Object.entries(scale.connections).map(([count, each]) => [Number(count), each] as const);
  const statements = Math.max(...rows.map(([, { hotpath }]) => hotpath.statements));
  const worst = rows.at(-1)![1].before.statements;
  const errors = connections.reduce((sum, [, each]) => sum + each.errors, 0);
  return [
    heading('As it grows', 'More children, more connections, more processes, more data.'),
    cards([
      card(
        'Children',
        `Time of one read; ${brief(statements)} statement throughout, where a query a child ends at ${shown(worst)}`,
        lineChart(
          [
            { name: 'Hotpath', tone: 'after', points: rows.map(([children, { hotpath }]) => [children, hotpath.ms]) },
            {
              name: 'a query a child',
              tone: 'before',
              points: rows.map(([children, { before }]) => [children, before.ms]),
            },
          ],
          { x: short, y: milliseconds },
        ) +
          legend([
            ['before', 'a query a child'],
            ['after', 'Hotpath'],
          ]),
      ),
      card(
        'Connections',
        `p95 of cached dashboards, all connections asking all the time; ${shown(errors)} errors`,
        lineChart([{ name: 'p95', tone: 'after', points: connections.map(([count, { p95Ms }]) => [count, p95Ms]) }], {
          x: short,
          y: milliseconds,
        }),
      ),
      card(
        'Connections',
        'Requests a second, and resident memory',
        bars(
          connections.map(([count, { rate, rssBytes }]) => ({
            label: `${shown(count)} connection${count === 1 ? '' : 's'}`,
            value: rate,
            text: `${brief(rate)}${rssBytes ? ` · ${megabytes(rssBytes)}` : ''}`,
            tone: 'after',
          })),
        ),
      ),
      card(
        'Processes',
        'Requests a second; the load generator and PostgreSQL use the same processors',
        bars(workerBars(scale.workers)),
      ),
      card(
        'Data',
        'A dashboard from the database, mean',
        bars(
          Object.values(scale.data).map(({ ms, rows }) => ({
            label: `${shown(rows)} transactions`,
            value: ms,
            text: milliseconds(ms),
            tone: 'after',
          })),
        ),
      ),
    ]),
  ];
}

const workerBars = (workers: NonNullable<Document['scale']>['workers']): Bar[] =>
  Object.entries(workers).flatMap(([count, { hot, cold }]) => {
    const processes = `${count} process${count === '1' ? '' : 'es'}`;
    return [
      { label: `${processes}, from memory`, value: hot, text: brief(hot), tone: 'after' as const },
      { label: `${processes}, from the database`, value: cold, text: brief(cold), tone: 'other' as const },
    ];
  });

function writesPart({ writes, log = {} }: Document): string[] {
  if (!writes) return [];
  const { orders, ...workloads } = writes;
  const charts = Object.entries(workloads as Readonly<Record<string, Rates>>).map(([workload, rates]) =>
    card(capital(workload), 'Times a second, each a transaction of its own', rateBars(rates, WRITES)),
  );
  for (const [workload, { rates, mostBytes }] of Object.entries(log)) {
    const note = `While the log is trimmed all the time; it took ${megabytes(mostBytes)} at the most`;
    charts.push(card(`${capital(workload)}, over minutes`, note, rateBars(rates, WRITES)));
  }
  if (orders) {
    const { fast, hanging } = orders;
    const order = (label: string, { meanMs }: Latency, tone: Tone) => ({
      label,
      value: meanMs,
      text: milliseconds(meanMs),
      tone,
    });
    const rows = [
      order('mail server answers at once', fast, 'limit'),
      order('mail server hangs for 5 s', hanging, 'after'),
    ];
    charts.push(card('An order', 'Mean latency; its mail is sent by a worker', bars(rows)));
  }
  return [heading('Writes', 'What it costs that every change is logged, and what an order waits for.'), cards(charts)];
}

const WRITES: Names = { without: ['without triggers', 'limit'], 'with triggers': ['with triggers', 'after'] };

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function memoryPart({ memory, startMs }: Document): string[] {
  if (!memory) return [];
  const rows = Object.entries({ 'at rest': memory.rest, 'under load': memory.load, after: memory.after });
  return [
    heading('Memory', `Ready ${milliseconds(startMs ?? 0)} after its process starts.`),
    cards([
      card(
        'Resident',
        'Of one process',
        bars(rows.map(([label, value]) => ({ label, value, text: megabytes(value), tone: 'after' }))),
      ),
    ]),
  ];
}
