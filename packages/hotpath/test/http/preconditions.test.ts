import { etagIn, etagOf } from 'hotpath/http/etag';
import { holdFor, holdForNone, mustMatch, preconditionsIn } from 'hotpath/http/preconditions';
import { expect, it } from 'vitest';

it.each([
  ['*', 'any'],
  [' * ', 'any'],
  [etagOf('a', '7'), ['7']],
  [etagIn(etagOf('a', '7'), 'br'), ['7']],
  ['"7-x", "8-y"', ['7', '8']],
  [', "7-x",, "8,y"', ['7']],
  ['"7-a,b"', ['7']],
  ['"-7-x"', ['-7']],
  ['"9223372036854775807-x"', ['9223372036854775807']],
  ['"07-x"', []],
  [etagOf('a'), []],
  ['""', []],
  ['"99999999999999999999-x"', []],
  ['"1.5-x"', []],
])('reads the versions in %s', (header, versions) => {
  expect(preconditionsIn({ 'if-match': header })).toEqual({ ifMatch: versions });
  expect(preconditionsIn({ 'if-none-match': header })).toEqual({ ifNoneMatch: versions });
});

it('compares If-Match strongly, If-None-Match weakly', () => {
  expect(preconditionsIn({ 'if-match': 'W/"7-x"', 'if-none-match': 'W/"7-x"' })).toEqual({
    ifMatch: [],
    ifNoneMatch: ['7'],
  });
});

it.each(['', '7', '*, "7-x"', '"7-x', '"7-x" 8', '"7 x"', 'w/"7-x"', '"7-x";q=1', ','])('refuses %j', (header) => {
  for (const name of ['If-Match', 'If-None-Match']) {
    expect(() => preconditionsIn({ [name.toLowerCase()]: header })).toThrow(
      expect.objectContaining({ statusCode: 400, parts: [{ parameter: name, detail: expect.any(String) }] }),
    );
  }
});

it.each([
  [{}, true, true, true],
  [{ ifMatch: 'any' }, true, true, false],
  [{ ifMatch: ['7'] }, true, false, false],
  [{ ifMatch: ['8'] }, false, false, false],
  [{ ifMatch: [] }, false, false, false],
  [{ ifNoneMatch: 'any' }, false, false, true],
  [{ ifNoneMatch: ['7'] }, false, false, true],
  [{ ifNoneMatch: ['8'] }, true, false, true],
  [{ ifNoneMatch: [] }, true, false, true],
  [{ ifMatch: ['7'], ifNoneMatch: ['8'] }, true, false, false],
  [{ ifMatch: 'any', ifNoneMatch: ['7'] }, false, false, false],
] as const)('%j: version 7 %s, no version %s, no row %s', (preconditions, versioned, unversioned, absent) => {
  expect([holdFor(preconditions, '7'), holdFor(preconditions, null), holdForNone(preconditions)]).toEqual([
    versioned,
    unversioned,
    absent,
  ]);
});

it('lets a read continue if it names the representation, in any encoding', () => {
  const etag = etagOf('a', '7');
  for (const header of ['*', etag, etagIn(etag, 'gzip'), `"x", ${etag}`]) mustMatch({ 'if-match': header }, etag);
  mustMatch({}, etag);
  for (const header of ['"x"', `W/${etag}`, etagOf('b', '7')]) {
    expect(() => mustMatch({ 'if-match': header }, etag)).toThrow(expect.objectContaining({ statusCode: 412 }));
  }
});
