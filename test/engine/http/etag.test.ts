import { expect, it } from 'vitest';
import { etagOf, isHeld, versionsOf } from '../../../src/engine/http/etag.ts';

it('names the bytes, and the version of the row where it has one', () => {
  expect(etagOf('a')).toMatch(/^"[0-9a-f]{32}"$/);
  expect(etagOf('a')).not.toBe(etagOf('b'));
  expect(etagOf('a', '7')).toBe(`"7-${etagOf('a').slice(1)}`);
  expect(etagOf('a', null)).toBe(etagOf('a'));
});

it.each([
  ['the same', true, (tag: string) => tag],
  ['the same, weak', true, (tag: string) => `W/${tag}`],
  ['one of several', true, (tag: string) => `"x", ${tag},"y"`],
  ['any', true, () => ' * '],
  ['another', false, () => '"x"'],
  ['the same without quotes', false, (tag: string) => tag.slice(1, -1)],
  ['none', false, () => undefined],
] as const)('compares If-None-Match weakly: %s', (_name, held, header) => {
  const tag = etagOf('a', '7');
  expect(isHeld(header(tag), tag)).toBe(held);
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
