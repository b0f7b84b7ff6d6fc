/** The statements of a workload and their weights. */
import type { AskedShape } from 'hotpath/advisor/asked-shapes';
import type { DearStatement } from 'hotpath/advisor/dear-statements';
import { wantedStatements } from 'hotpath/advisor/indexes/workload';
import { expect, it } from 'vitest';

const shape = (text: string, request: string): AskedShape => ({
  ...{ text, values: [], route: 'GET /posts', request, requests: 1, chosen: [] },
});
const counted = (text: string, calls: number): DearStatement => ({
  ...{ text, calls, totalMs: 1, meanMs: 1, rows: 1, blocksRead: 0, blocksHit: 0, timeShare: 1, callShare: 1 },
});

const OPEN = shape("SELECT NULL, id FROM posts WHERE state = 'open'", '/posts');
const HELD = shape("SELECT NULL, id FROM posts WHERE state = 'held'", '/posts?held');
const NEVER = shape('SELECT id FROM posts WHERE author = $1', '/posts?author=1');
const COUNTED = [
  counted('SELECT $1, id FROM posts WHERE state = $2', 80),
  counted('SELECT id FROM notes WHERE post = $1', 5),
  counted('INSERT INTO notes VALUES ($1)', 7),
];

const weightsOf = (wanted: ReturnType<typeof wantedStatements>) =>
  Object.fromEntries(wanted.map(({ text, weight }) => [text, weight]));

it('divides the calls among texts that differ in constants alone, and leaves out what was never sent', () => {
  expect(weightsOf(wantedStatements([OPEN, HELD, NEVER], COUNTED))).toEqual({
    [OPEN.text]: 40,
    [HELD.text]: 40,
    'SELECT id FROM notes WHERE post = $1': 5,
  });
});

it('weighs every shape by its requests, so that those that were never sent have a weight', () => {
  const twice = shape(OPEN.text, '/posts?limit=1');
  expect(weightsOf(wantedStatements([OPEN, twice, NEVER], COUNTED, true))).toEqual({
    [OPEN.text]: 2,
    [NEVER.text]: 1,
    'SELECT id FROM notes WHERE post = $1': 1,
  });
  expect(weightsOf(wantedStatements([OPEN, twice, NEVER], undefined))).toEqual({ [OPEN.text]: 2, [NEVER.text]: 1 });
});
