/** Reads beside the peers, in the report, the README and the goals. */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { README, RESULTS } from '../../bench/report/main.ts';
import { pageOf } from '../../bench/report/page.ts';
import { besidePeers, readGoals } from '../../bench/report/read-goals.ts';
import { readmeWith } from '../../bench/report/readme.ts';
import { SHAPES } from '../../bench/sections/reads/shapes.ts';
import { type Document, type ReadRate, readDocument } from '../../bench/support/document.ts';

function rateOf(rate: number, nodeCpuUs: number, postgresCpuUs: number): ReadRate {
  const ratios = { spread: 0, ofHotpath: rate / 1000, withoutHttp: { rate, spread: 0 } };
  return { rate, nodeCpuUs, postgresCpuUs, p95Ms: 1, ...ratios };
}

const WINS = {
  hotpath: rateOf(1000, 40, 90),
  drizzle: rateOf(500, 100, 200),
  prisma: rateOf(200, 400, 300),
  kysely: rateOf(625, 90, 150),
  byHand: rateOf(800, 100, 100),
};
const shapes = Object.keys(SHAPES);
const documentOf = (rates: Record<string, ReadRate>): Document => ({
  ...readDocument(RESULTS),
  reads: Object.fromEntries(shapes.map((shape) => [shape, rates])),
});

it('the report shows Hotpath beside the fastest peer, the peer with the least CPU, and SQL written by hand', () => {
  expect(besidePeers(WINS)).toEqual({ rate: 1.25, fastest: 'byHand', cpu: 0.65, postgres: 0.9 });
  const unknown = Object.entries(WINS).map(([name, rate]) => [name, { ...rate, postgresCpuUs: undefined }]);
  expect(besidePeers(Object.fromEntries(unknown))).toMatchObject({ rate: 1.25, cpu: undefined, postgres: undefined });
});

it('the goals are met if Hotpath is better in all of the eight shapes, and missed if it is worse', () => {
  const goals = readGoals(documentOf(WINS));
  expect(goals.map(({ met }) => met)).toEqual([true, true, true, true, true, true, true]);
  expect(goals[0]).toMatchObject({ what: 'shapes faster than every peer, of 8', measured: '8' });
  const worse = { ...WINS, hotpath: rateOf(1000, 400, 400) };
  const slower = { byHand: 1.01, drizzle: 0.9, prisma: 0.5 };
  const peers = Object.entries(slower).map(([name, ofHotpath]) => [name, { ...WINS.byHand, ofHotpath }]);
  const lost = readGoals(documentOf({ ...worse, ...Object.fromEntries(peers) }));
  expect(lost.map(({ met }) => met)).toEqual([false, false, false, false, false, false, false]);
});

it('the goals leave out shapes that were not measured', () => {
  expect(readGoals({ ...readDocument(RESULTS), reads: {} })).toEqual([]);
});

it('the report has a card for each shape and a table, and the README a summary', () => {
  const page = pageOf(documentOf(WINS));
  for (const { title } of Object.values(SHAPES)) expect(page.toLowerCase()).toContain(`<h3>${title.toLowerCase()}`);
  expect(page).toContain('1,000 · 40 + 90 µs');
  const readme = readmeWith(readFileSync(README, 'utf8'), documentOf(WINS));
  expect(readme).toContain('1.25 to 1.25 times SQL by hand');
  expect(readme).toContain('2 to 2 times Drizzle');
});
