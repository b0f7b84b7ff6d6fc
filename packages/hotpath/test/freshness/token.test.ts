import { readToken, tokenText } from 'hotpath/freshness/token';
import { expect, it } from 'vitest';

it.each([['epoch'], ['an@epoch'], ['']])('reads back the epoch %j', (epoch) => {
  expect(readToken(tokenText('1:2:', epoch))).toMatchObject({ position: { xmin: 1, xmax: 2 }, epoch });
});

it('reads a position without an epoch, and nothing else', () => {
  expect(readToken('1:2:')).toMatchObject({ position: { xmin: 1, xmax: 2 }, epoch: undefined });
  expect(readToken('epoch')).toBeUndefined();
});
