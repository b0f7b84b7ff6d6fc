import { COMPARED_HEADERS, compareAnswers } from 'hotpath/replay/compare-answers';
import type { ReplayAnswer } from 'hotpath/replay/replayed-service';
import { describe, expect, it } from 'vitest';

const answer = (body: string, more: Partial<ReplayAnswer> = {}): ReplayAnswer => ({
  ...{ status: 200, failure: undefined, ms: 1, statements: 1, isCached: false, body },
  headers: { 'content-type': 'application/json; charset=utf-8' },
  ...more,
});
const differences = (beside: ReplayAnswer, against: ReplayAnswer) =>
  compareAnswers(beside, against, { headers: COMPARED_HEADERS });
const ofJson = (beside: string, against: string) => differences(answer(beside), answer(against));

describe('two JSON documents', () => {
  it.each([
    ['{"a":1,"b":[{"c":2,"d":null}]}', '{ "b": [{ "d": null, "c": 2.0 }], "a": 1 }'],
    ['{"n":12345678901234567890}', '{"n": 12345678901234567890}'],
    ['[]', '[ ]'],
    ['{"0.1":0.1}', '{"0.1":0.10}'],
  ])('%s and %s are equal', (beside, against) => {
    expect(ofJson(beside, against)).toEqual([]);
  });

  it.each([
    ['{"a":1}', '{"a":"1"}', 'body.a', '1', '"1"'],
    ['{"a":1}', '{}', 'body.a', '1', undefined],
    ['{"a":null}', '{}', 'body.a', 'null', undefined],
    ['{"a":[1,2]}', '{"a":[1,3]}', 'body.a[1]', '2', '3'],
    ['{"a":{"x":1}}', '{"a":[1]}', 'body.a', '{"x":1}', '[1]'],
    ['{"a b":{"c":true}}', '{"a b":{"c":false}}', 'body["a b"].c', 'true', 'false'],
    ['{"__proto__":1}', '{}', 'body.__proto__', '1', undefined],
    ['{}', '{"toString":1}', 'body.toString', undefined, '1'],
    ['null', '{}', 'body', 'null', '{}'],
    ['{"n":9007199254740993}', '{"n":9007199254740992}', 'body.n', '"the number 9007199254740993"', undefined],
    ['{"n":12345678901234567890}', '{"n":"12345678901234567890"}', 'body.n', undefined, '"12345678901234567890"'],
  ])('%s and %s differ', (one, other, field, beside, against) => {
    const found = ofJson(one, other);
    expect(found.map((each) => each.field)).toEqual([field]);
    if (beside !== undefined) expect(found[0]?.beside).toBe(beside);
    if (against !== undefined) expect(found[0]?.against).toBe(against);
  });

  it('with one more element differ in their length and where they part', () => {
    expect(ofJson('{"items":[1,2,3,4]}', '{"items":[1,9,2,3,4]}')).toEqual([
      { field: 'body.items.length', beside: '4', against: '5' },
      { field: 'body.items[1]', beside: '2', against: '9' },
    ]);
  });
});

describe('two answers', () => {
  it('with two statuses differ in nothing else', () => {
    expect(differences(answer('{"a":1}'), answer('{"b":1}', { status: 500 }))).toEqual([
      { field: 'status', beside: '200', against: '500' },
    ]);
    const failed = answer('', { status: undefined, failure: 'ECONNRESET' });
    expect(differences(answer(''), failed)).toEqual([{ field: 'status', beside: '200', against: '"ECONNRESET"' }]);
  });

  it('differ in headers that matter, whatever the order and case of a set', () => {
    const withHeaders = (headers: Record<string, string>) => answer('', { headers });
    const one = withHeaders({
      vary: 'Accept, Origin',
      'cache-control': 'public, max-age=5',
      etag: '"a"',
      date: 'today',
    });
    const same = withHeaders({ vary: 'origin,accept', 'cache-control': 'max-age=5, public', etag: '"b"', date: 'now' });
    expect(differences(one, same)).toEqual([]);
    expect(differences(one, withHeaders({ vary: 'accept', 'cache-control': 'max-age=5, public' }))).toEqual([
      { field: 'header vary', beside: '"accept, origin"', against: '"accept"' },
    ]);
  });

  it('of another type differ by line', () => {
    const csv = (body: string) => answer(body, { headers: { 'content-type': 'text/csv' } });
    expect(differences(csv('a\nb\nc'), csv('a\nx\nc'))).toEqual([
      { field: 'body line 2', beside: '"b"', against: '"x"' },
    ]);
    expect(differences(csv('a'), csv('a\nb'))).toEqual([{ field: 'body line 2', beside: undefined, against: '"b"' }]);
    expect(differences(answer('{'), answer('}'))).toEqual([{ field: 'body line 1', beside: '"{"', against: '"}"' }]);
  });
});
