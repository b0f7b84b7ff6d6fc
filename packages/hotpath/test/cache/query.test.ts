import { entryOf } from 'hotpath/cache/entry';
import { type CacheAnswer, coalesced } from 'hotpath/cache/query';
import { expect, it } from 'vitest';

const reading = {
  status: 200,
  body: '{}',
  etag: '"x"',
  link: '',
  snapshot: '1:1:',
  incarnation: 'here',
  tags: [],
} as const;
const entry = entryOf(reading, { ttlMs: 1000, staleMs: 0, rescueMs: 0, epoch: 'e', readAt: 0 });

it.each([
  ['miss', 'coalesced'],
  ['hit', 'coalesced'],
  ['stale', 'stale'],
  ['rescued', 'rescued'],
] as const)('a request that joins a fill with the outcome %s gets the outcome %s', (outcome, told) => {
  const answer: CacheAnswer = { entry, tier: 'l2', outcome, overdueMs: 5 };
  expect(coalesced(answer)).toEqual({ ...answer, outcome: told });
});
