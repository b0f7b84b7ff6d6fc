/** Reads: eight shapes from the database, by the service and by what else could answer them. */
import type { Report, Section } from '../../support/bench.ts';
import { startLoad } from '../../support/child.ts';
import { openBenchDatabase } from '../../support/database.ts';
import { type Turn, wideRounds } from '../../support/race.ts';
import { startReadContenders } from './contenders.ts';
import { shapeRates, shapeTable } from './figures.ts';
import { raceShape, type ShapeTurns } from './race-shape.ts';
import { SHAPE_NAMES, type ShapeName } from './shapes.ts';

export const reads: Section = {
  summary: 'eight shapes of reads from the database, beside Drizzle, Prisma, Kysely and SQL written by hand',
  size: 'small',
  async run(bench) {
    const database = await openBenchDatabase(bench, bench.size);
    const started = await startReadContenders(bench, database);
    const load = startLoad(bench.stack);
    const { quick, log } = bench;
    const ground = { ...started, load, postmaster: database.postmaster, quick, log };
    const raced = new Map<ShapeName, ShapeTurns>();
    for (const shape of SHAPE_NAMES) {
      log(`${shape}:`);
      raced.set(shape, await raceShape(ground, shape));
    }
    return reportOf(raced, { postgres: database.version, ...bytesOf(started.bytes) });
  },
};

const bytesOf = (bytes: Readonly<Record<ShapeName, number>>): Report['facts'] =>
  Object.fromEntries(Object.entries(bytes).map(([shape, each]) => [`bytes of ${shape}`, Math.round(each)]));

function reportOf(raced: ReadonlyMap<ShapeName, ShapeTurns>, facts: Report['facts']): Report {
  const rates = new Map([...raced].map(([shape, turns]) => [shape, shapeRates(turns)]));
  return {
    facts,
    tables: [...rates].map(([shape, each]) => shapeTable(shape, each)),
    warnings: wideRounds([...raced].flatMap(roundsOf)),
    figures: { reads: Object.fromEntries(rates) },
    data: Object.fromEntries(
      [...raced].map(([shape, { withoutHttp, overHttp }]) => [
        shape,
        { withoutHttp: Object.fromEntries(withoutHttp), overHttp: Object.fromEntries(overHttp) },
      ]),
    ),
  };
}

const roundsOf = ([shape, { overHttp }]: readonly [ShapeName, ShapeTurns]): [string, readonly Turn[]][] =>
  [...overHttp].map(([name, turns]) => [`${name} (${shape})`, turns]);
