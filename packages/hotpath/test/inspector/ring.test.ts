import { Ring, type Ringed } from 'hotpath/inspector/ring';
import { describe, expect, it } from 'vitest';

const bounds = { requests: 3, bytes: 100, ageMs: 1000 };
const record = (id: number, more: Partial<Ringed> = {}): Ringed => ({ id, at: 0, keptBytes: 10, ...more });
const ids = (ring: Ring<Ringed>, now = 0) => [...ring.newest(now)].map(({ id }) => id);

function filled(...records: Ringed[]): Ring<Ringed> {
  const ring = new Ring<Ringed>(bounds);
  for (const each of records) ring.push(each);
  return ring;
}

describe('a ring', () => {
  it('keeps the newest records if it gets more than it has places for', () => {
    const ring = filled(...[0, 1, 2, 3, 4].map((id) => record(id)));
    expect([ids(ring), ring.count, ring.bytes]).toEqual([[4, 3, 2], 3, 30]);
  });

  it('never exceeds its limit of bytes, whatever the number of records', () => {
    const ring = filled(record(0, { keptBytes: 60 }), record(1, { keptBytes: 60 }));
    expect([ids(ring), ring.bytes]).toEqual([[1], 60]);
    ring.push(record(2, { keptBytes: 101 }));
    expect([ids(ring), ring.bytes]).toEqual([[], 0]);
  });

  it('forgets records that are too old, even if no new one arrives', () => {
    const ring = filled(record(0, { at: 0 }), record(1, { at: 500 }));
    expect(ids(ring, 1000)).toEqual([1, 0]);
    expect(ids(ring, 1001)).toEqual([1]);
    expect(ids(ring, 5000)).toEqual([]);
  });

  it('finds a record by its id until it is forgotten', () => {
    const ring = filled(...[0, 1, 2, 3, 4].map((id) => record(id)));
    expect([1, 2, 4, 5].map((id) => ring.find(id)?.id)).toEqual([undefined, 2, 4, undefined]);
    ring.clear();
    expect([ring.find(4), ring.count, ring.bytes]).toEqual([undefined, 0, 0]);
  });
});
