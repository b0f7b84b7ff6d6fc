/** The table of the README, between two marks, made of the document that the report shows. */
import type { Document, Rates, ReadRates, Side } from '../support/document.ts';
import { shown } from '../support/table.ts';
import { CONTENDER_NAMES } from './reads-part.ts';
import { brief, bytes, milliseconds, percent, systemName } from './words.ts';

const BEGIN = '<!-- bench -->';
const END = '<!-- /bench -->';

/** The README with the table of this document. @throws if it has no place for it. */
export function readmeWith(readme: string, document: Document): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`README.md has no place for the table: ${BEGIN} and ${END}.`);
  return `${readme.slice(0, begin + BEGIN.length)}\n${tableOf(document)}\n${readme.slice(end)}`;
}

const COLUMNS: readonly (readonly [string, (side: Side) => string])[] = [
  ['mean', ({ meanMs }) => milliseconds(meanMs)],
  ['p95', ({ p95Ms }) => milliseconds(p95Ms)],
  ['requests/s', ({ throughput }) => brief(throughput)],
  ['statements a request', ({ statementsPerRequest }) => brief(statementsPerRequest)],
  ['payload', ({ payloadBytes }) => bytes(payloadBytes)],
  ['users held', ({ usersHeld }) => shown(usersHeld)],
];

/** Without the parts that were not measured. */
function tableOf(document: Document): string {
  return [...beforeAfterLines(document), ...limitLines(document), ''].join('\n');
}

function beforeAfterLines({ beforeAfter }: Document): string[] {
  if (!beforeAfter) return [];
  const rows = Object.entries(beforeAfter).map(([name, { before, after }]) => {
    const cells = COLUMNS.map(([, show]) => `${show(before)} → **${show(after)}**`);
    return `| ${[systemName(name), ...cells, percent(after.hitRate)].join(' | ')} |`;
  });
  const titles = ['before → Hotpath', ...COLUMNS.map(([title]) => title), 'cache hits'];
  return [`| ${titles.join(' | ')} |`, `| ${titles.map(() => '---').join(' | ')} |`, ...rows, ''];
}

function limitLines({ cold, reads, hot }: Document): string[] {
  const l1 = hot?.['l1'];
  return [
    ...coldLines(cold ?? {}),
    ...readLines(reads ?? {}),
    ...(l1?.ofLimit === undefined
      ? []
      : [
          `From memory: ${brief(l1.rate)} a second on one process, ${brief(l1.ofLimit)} of a bare Fastify that sends a static buffer.`,
        ]),
  ];
}

/** Without the ratios that were not taken. */
function coldLines({ hotpath, pgbench }: Rates): string[] {
  if (!hotpath) return [];
  const { rate, ofLimit, ofPrisma } = hotpath;
  const lines = [
    `Without the cache: ${brief(rate)} dashboards a second over HTTP`,
    ...(pgbench && ofLimit !== undefined
      ? [`${brief(ofLimit)} of what \`pgbench\` gets from the same SQL (${brief(pgbench.rate)})`]
      : []),
    ...(ofPrisma === undefined ? [] : [`${brief(ofPrisma)} times what Prisma does in the better of its strategies`]),
  ];
  return `${lines.join(',\n')}.`.split('\n');
}

/** Of each peer, over the shapes of reads: the range of Hotpath's rate beside its. */
function readLines(reads: ReadRates): string[] {
  const shapes = Object.values(reads);
  const [first] = shapes;
  if (!first) return [];
  const beside = Object.keys(first).flatMap((peer) => {
    const label = CONTENDER_NAMES[peer]?.[0];
    if (peer === 'hotpath' || label === undefined) return [];
    const times = shapes.flatMap((rates) => (rates[peer] ? [1 / rates[peer].ofHotpath] : []));
    return [`${brief(Math.min(...times))} to ${brief(Math.max(...times))} times ${label}'s`];
  });
  return `Over ${shapes.length} shapes of reads, its requests a second are\n${beside.join(',\n')}.`.split('\n');
}
