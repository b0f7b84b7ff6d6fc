import { expect, it } from 'vitest';
import { etagIn, etagOf, heldTag, versionsOf } from '../../../src/engine/http/etag.ts';

it('names the bytes, and the version of the row where it has one', () => {
  expect(etagOf('a')).toMatch(/^"[0-9a-f]{32}"$/);
  expect(etagOf('a')).not.toBe(etagOf('b'));
  expect(etagOf('a', '7')).toBe(`"7-${etagOf('a').slice(1)}`);
  expect(etagOf('a', null)).toBe(etagOf('a'));
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
])('finds nothing held in If-None-Match: %s', (_name, header) => {
  const tag = etagOf('a', '7');
  expect(heldTag(header(tag), tag)).toBeUndefined();
});

it.each(['gzip', 'br'] as const)('gives a body in %s a tag of its own, which holds it as well', (encoding) => {
  const tag = etagOf('a', '7');
  const encoded = etagIn(tag, encoding);
  expect(encoded).not.toBe(tag);
  expect(heldTag(encoded, tag)).toBe(encoded);
  expect(versionsOf(encoded)).toEqual([7]);
});

it.each([
  [undefined, undefined],
  ['*', undefined],
  [etagOf('a', '7'), [7]],
  ['"7-x", "8-y"', [7, 8]],
  [`W/${etagOf('a', '7')}`, []],
  [etagOf('a'), []],
  ['7', []],
  ['"99999999999-x"', []],
  ['', []],
])('reads the versions that If-Match %s allows', (header, versions) => {
  expect(versionsOf(header)).toEqual(versions);
});
