/** How far a standby is behind, by the positions of the follower. */
import { PositionHistory } from 'hotpath/replicas/position-history';
import { expect, it } from 'vitest';

it('is the time since the follower knew of the first transaction that the standby may lack', () => {
  const history = new PositionHistory();
  expect(history.missedSince(1)).toBeUndefined();
  for (const [xmin, at] of [
    [10, 100],
    [10, 150],
    [12, 200],
    [15, 300],
  ] as const)
    history.note(xmin, at);
  expect([9, 10, 11, 12, 14, 15, 99].map((xmin) => history.missedSince(xmin))).toEqual([
    100,
    200,
    200,
    300,
    300,
    undefined,
    undefined,
  ]);
});

it('forgets the positions of a life whose ids were higher', () => {
  const history = new PositionHistory();
  history.note(1000, 100);
  history.note(10, 200);
  expect([5, 10].map((xmin) => history.missedSince(xmin))).toEqual([200, undefined]);
});

it('keeps a bounded number of positions, the latest', () => {
  const history = new PositionHistory();
  for (let xmin = 1; xmin <= 5000; xmin += 1) history.note(xmin, xmin);
  expect([history.missedSince(0)! > 3000, history.missedSince(4999)]).toEqual([true, 5000]);
});
