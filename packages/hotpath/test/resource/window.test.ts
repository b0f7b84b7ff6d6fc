import { everything } from 'hotpath/resource/policy';
import { DeclarationError, Registry } from 'hotpath/resource/registry';
import { conditionWithin, DAY, HOUR, isLasting, type Window } from 'hotpath/resource/window';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { datamodel } from '../../../../prisma/generated/datamodel.ts';
import { resource } from '../../../../src/domain/resource.ts';
import { zooDataModel, zooResource } from '../../../../test/support/zoo.ts';

const reading = (window?: Window) =>
  resource('Reading', {
    name: 'reading',
    fields: ['timestamp'],
    defaultFields: 'timestamp',
    sort: '-timestamp',
    ...(window && { window: window as Window & { field: 'timestamp' } }),
    policy: everything('user'),
  });

const registry = new Registry(datamodel);
const days = reading({ field: 'timestamp', default: DAY, most: 31 * DAY });
const within = (query: Record<string, string>) => conditionWithin(registry, days, query);

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-05-31T12:34:56.789Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

it('has the default length, back from the full minute before now, and an open end', () => {
  const expected = { timestamp: { gte: new Date('2026-05-30T12:34:00Z') } };
  expect(within({})).toEqual(expected);
  vi.advanceTimersByTime(3000);
  expect(within({})).toEqual(expected);
  vi.advanceTimersByTime(1000);
  expect(within({})).toEqual({ timestamp: { gte: new Date('2026-05-30T12:35:00Z') } });
});

it('may have a default as long as its limit', () => {
  const day = reading({ field: 'timestamp', default: DAY, most: DAY });
  expect(conditionWithin(registry, day, {})).toEqual({ timestamp: { gte: new Date('2026-05-30T12:34:00Z') } });
  expect(() => conditionWithin(registry, day, { since: '2026-05-30T12:34:00Z' })).toThrow('since: is more than 1 days');
});

it.each([
  [{ since: '2026-05-31' }, { gte: new Date('2026-05-31') }],
  [{ since: '2027-01-01' }, { gte: new Date('2027-01-01') }],
  [
    { until: '2026-05-01T01:02:03.004Z' },
    { gte: new Date('2026-04-30T01:02:03.004Z'), lt: new Date('2026-05-01T01:02:03.004Z') },
  ],
  [
    { since: '2025-01-01', until: '2025-02-01' },
    { gte: new Date('2025-01-01'), lt: new Date('2025-02-01') },
  ],
])('is refused from since until, one or both of which are %j', (query, timestamp) => {
  expect(within(query)).toEqual({ timestamp });
});

it.each([
  [{ since: '2026-05-02', until: '2026-05-02' }, 'since: must be before until'],
  [{ since: '2026-05-03', until: '2026-05-02' }, 'since: must be before until'],
  [{ since: '2025-01-01', until: '2025-02-02' }, 'since: is more than 31 days before until'],
  [{ since: '2026-04-30' }, 'since: is more than 31 days before now'],
  [{ since: 'yesterday' }, /^since: "yesterday" must be a time/],
  [{ until: '2026-02-30' }, /^until: "2026-02-30" must be a time/],
  [{ until: '0000-01-01' }, /^until: "0000-01-01" must be a time/],
])('refuses %j', (query, detail) => {
  expect(() => within(query)).toThrow(detail);
});

it('is undefined if the resource declares none', () => {
  expect(conditionWithin(registry, reading(), {})).toBeUndefined();
});

it('must be of a time that every row has, with a default within its limit', () => {
  for (const window of [
    { field: 'battery', default: DAY, most: DAY },
    { field: 'timestamp', default: DAY, most: HOUR },
  ])
    expect(() => new Registry(datamodel).add(reading(window))).toThrow(DeclarationError);
});

it.each(['time', 'timestamps', 'timestamp'])(
  'is refused for a field that is not one moment of every row: %s',
  (field) => {
    const sample = zooResource('Sample', {
      ...{ name: 'sample', fields: ['id'], defaultFields: 'id', sort: 'id', policy: everything('user') },
      window: { field: field as 'time', default: DAY, most: DAY },
    });
    expect(() => new Registry(zooDataModel).add(sample)).toThrow(
      new DeclarationError('sample', `has a window of "${field}", which is not a time that every row has`),
    );
  },
);

it.each([{}, { since: '2026-05-31' }])('is another one at another time, given %j', (query) => {
  expect(isLasting(days, query)).toBe(false);
  expect(isLasting(days, { ...query, until: '2026-06-01' })).toBe(true);
  expect(isLasting(reading(), query)).toBe(true);
});
