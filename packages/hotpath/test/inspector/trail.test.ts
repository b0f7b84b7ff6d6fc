import { isExplainable } from 'hotpath/inspector/explain';
import { isRead } from 'hotpath/inspector/trail';
import { expect, it } from 'vitest';

it.each([
  ['SELECT 1', true],
  ['-- one\n/* two */ (/* * three **/ select 1)', true],
  ['/* select */ INSERT INTO a VALUES (1)', false],
  ['/**//* not over', false],
])('knows by its first word whether a statement reads: %j', (text, expected) => {
  expect(isRead(text)).toBe(expected);
});

it('looks once at each comment before the first word', () => {
  // A look at each way to end them would be 2 to the power of 99.
  const comments = '/* a */'.repeat(100);
  expect(isRead(`${comments}vacuum`)).toBe(false);
  expect(isExplainable({ text: `${comments}vacuum`, isVerbatim: true })).toBe(false);
});
