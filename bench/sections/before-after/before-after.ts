/** Before and after: five systems in the slow service and in Hotpath, under the same load. */
import type { Section } from '../../support/bench.ts';
import type { Pair } from '../../support/document.ts';
import { spread } from '../../support/race.ts';
import { prepareSystemGround } from './ground.ts';
import { type LoadOutcome, type Measurement, measureSystem, usersOf } from './measure.ts';
import { SYSTEMS } from './systems.ts';
import { tablesOf } from './tables.ts';

/** Rounds further apart than this are said to be. */
const WIDE = 0.2;

export const beforeAfter: Section = {
  summary: 'five systems as slow services are written, and as they are here',
  // On the large data the slow service takes 45 s for a dashboard.
  size: 'small',
  async run(bench) {
    const ground = await prepareSystemGround(bench);
    const outcomes: Record<string, Measurement> = {};
    for (const system of SYSTEMS) outcomes[system.name] = await measureSystem(ground, system);
    const pairs = mapped(outcomes, ({ before, after }): Pair => ({ before: before.side, after: after.side }));
    return {
      facts: { postgres: ground.postgres, users: usersOf(ground) },
      tables: tablesOf(pairs),
      warnings: warningsOf(outcomes),
      figures: { beforeAfter: pairs },
      data: mapped(outcomes, ({ before, after }) => ({ before: before.turns, after: after.turns })),
    };
  },
};

const mapped = <Value, Mapped>(record: Readonly<Record<string, Value>>, map: (value: Value) => Mapped) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));

function warningsOf(outcomes: Readonly<Record<string, Measurement>>): string[] {
  const isWide = ({ turns }: LoadOutcome) => spread(turns.map(({ meanMs }) => meanMs)) > WIDE;
  const wide = Object.entries(outcomes).flatMap(([name, { before, after }]) => [
    ...(isWide(before) ? [`${name} before`] : []),
    ...(isWide(after) ? [`${name} after`] : []),
  ]);
  if (wide.length === 0) return [];
  return [`The rounds of these lie more than ${WIDE * 100}% apart, in their mean latency: ${wide.join(', ')}.`];
}
