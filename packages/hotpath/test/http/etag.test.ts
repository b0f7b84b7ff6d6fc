import { etagIn, etagOf, heldTag, isTagOf, versionIn } from 'hotpath/http/etag';
import { expect, it } from 'vitest';

it('names the bytes, and the version of the row if it has one', () => {
  expect(etagOf('a')).toMatch(/^"[0-9a-f]{32}"$/);
  expect(etagOf('a')).not.toBe(etagOf('b'));
  expect(etagOf('a', '7')).toBe(`"7-${etagOf('a').slice(1)}`);
  expect(etagOf('a', null)).toBe(etagOf('a'));
});

it.each(['0', '-5', '9223372036854775807', '-9223372036854775808', '1767225600123456'])(
  'contains the version %s',
  (version) => {
    expect(etagOf('a', version)).toBe(`"${version}-${etagOf('a').slice(1)}`);
    expect(versionIn(etagOf('a', version))).toBe(version);
  },
);

it.each([
  ['a quote', '7", "8'],
  ['a line break', '7\r\nset-cookie: a=b'],
  ['a line break at the end', '7\n'],
  ['NUL', '7\0'],
  ['a hyphen', '7-8'],
  ['no Latin', 'версия'],
  ['half of a surrogate pair', '\ud800'],
  ['a blank', ' 7'],
  ['a leading zero', '07'],
  ['minus zero', '-0'],
  ['a fraction', '7.5'],
  ['an exponent', '1e3'],
  ['10,000 digits', '9'.repeat(10_000)],
])('contains no version for %s', (_name, version) => {
  expect(etagOf('a', version)).toBe(etagOf('a'));
});

it.each([
  ['the same', (tag: string) => tag],
  ['the same, weak', (tag: string) => `W/${tag}`],
  ['one of several', (tag: string) => `"x", ${tag},"y"`],
  ['any', () => ' * '],
])('compares If-None-Match weakly: %s', (_name, header) => {
  const tag = etagOf('a', '7');
  expect(heldTag(header(tag), tag)).toBe(tag);
});

it.each([
  ['another', () => '"x"'],
  ['the same without quotes', (tag: string) => tag.slice(1, -1)],
  ['none', () => undefined],
])('finds no match in If-None-Match: %s', (_name, header) => {
  const tag = etagOf('a', '7');
  expect(heldTag(header(tag), tag)).toBeUndefined();
});

it.each(['gzip', 'br'] as const)('gives a body in %s a tag of its own, which also matches', (encoding) => {
  const tag = etagOf('a', '7');
  const encoded = etagIn(tag, encoding);
  expect(encoded).not.toBe(tag);
  expect(heldTag(encoded, tag)).toBe(encoded);
  expect(versionIn(encoded)).toBe('7');
  expect([isTagOf(encoded, tag), isTagOf(`W/${tag}`, tag), isTagOf('"x"', tag)]).toEqual([true, false, false]);
});
