/** From the turns of a shape to its part of the document, and to what is printed. */
import type { ReadRate } from '../../support/document.ts';
import { ratesOf, ratio } from '../../support/race.ts';
import { shown, type Table } from '../../support/table.ts';
import { HOTPATH } from './contenders.ts';
import { READ_CLIENTS, type ShapeTurns } from './race-shape.ts';
import { SHAPES, type ShapeName } from './shapes.ts';

export type ShapeRates = Readonly<Record<string, ReadRate>>;

export function shapeRates({ overHttp, withoutHttp, strategy }: ShapeTurns): ShapeRates {
  const [http, alone] = [ratesOf(overHttp), ratesOf(withoutHttp)];
  const rates = Object.keys(http).map((name): [string, ReadRate] => [
    name,
    {
      ...http[name]!,
      ofHotpath: ratio(overHttp, name, HOTPATH)!,
      withoutHttp: alone[name]!,
      ...(name === 'prisma' && { strategy }),
    },
  ]);
  return Object.fromEntries(rates);
}

export function shapeTable(shape: ShapeName, rates: ShapeRates): Table {
  return {
    title: `${SHAPES[shape].title} (${shape}), ${READ_CLIENTS} connections; on the right without HTTP`,
    columns: [
      '',
      'req/s',
      'spread',
      'of Hotpath',
      'p95 ms',
      'Node.js us',
      'PostgreSQL us',
      'total',
      'op/s',
      'Node.js us',
      'PostgreSQL us',
    ],
    rows: Object.entries(rates).map(([name, each]) => [
      each.strategy === undefined ? name : `${name} (${each.strategy})`,
      shown(each.rate),
      `±${shown(each.spread * 100)}%`,
      `${shown(each.ofHotpath, 2)} x`,
      shown(each.p95Ms, 1),
      shown(each.nodeCpuUs),
      shown(each.postgresCpuUs),
      shown(totalCpuUs(each)),
      shown(each.withoutHttp.rate),
      shown(each.withoutHttp.nodeCpuUs),
      shown(each.withoutHttp.postgresCpuUs),
    ]),
  };
}

/** CPU time of Node.js and PostgreSQL together, in microseconds a request; undefined where it is not known. */
export const totalCpuUs = ({ nodeCpuUs, postgresCpuUs }: Pick<ReadRate, 'nodeCpuUs' | 'postgresCpuUs'>) =>
  nodeCpuUs === undefined || postgresCpuUs === undefined ? undefined : nodeCpuUs + postgresCpuUs;
