/** The differences that two equal answers of two contenders may have. */
import { expect, it } from 'vitest';
import { firstDifference } from '../../bench/sections/reads/same-answer.ts';

it.each([
  ['objects, by the order of fields', { id: 1, list: [{ name: 'a' }, null] }, { list: [{ name: 'a' }, null], id: 1 }],
  ['decimals by value', ['12.50', '100', '-3.0'], ['12.5', '100', '-3']],
  ['times by the moment', ['2026-05-31T22:00:00.5+00:00'], ['2026-05-31T22:00:00.500Z']],
])('two answers may differ in the form of %s', (_what, one, other) => {
  expect(firstDifference(one, other)).toBeUndefined();
});

it.each([
  ['another value', { a: { b: 1 } }, { a: { b: 2 } }, 'data.a.b: 1, not 2'],
  ['a number for a decimal', { total: 12.5 }, { total: '12.5' }, 'data.total: 12.5, not "12.5"'],
  ['another decimal', ['100'], ['10'], 'data.0: "100", not "10"'],
  ['another moment', ['2026-05-31T22:00:00.5Z'], ['2026-05-31T22:00:00.501Z'], 'data.0'],
  ['a field that one lacks', { a: 1 }, { a: 1, b: null }, 'data.b: undefined, not null'],
  ['a shorter list', [1], [1, 2], 'data.1: undefined, not 2'],
  ['a list for none', [], {}, 'data: a list, and none'],
])('a difference is %s', (_what, one, other, difference) => {
  expect(firstDifference(one, other)).toContain(difference);
});
