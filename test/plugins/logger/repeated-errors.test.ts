import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loggedError } from '../../../src/plugins/logger/logged-error.ts';
import { RepeatedErrors, type RepetitionSummary } from '../../../src/plugins/logger/repeated-errors.ts';

const coded = (code: string, message = 'away') => Object.assign(new Error(message), { code });

let told: RepetitionSummary[];
let errors: RepeatedErrors;
const isFirst = (error: Error, message = 'It failed.') => errors.isFirst({ error, level: 50, message });

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  errors = new RepeatedErrors((summary) => told.push(summary), 10_000);
});
afterEach(() => {
  errors.close();
  vi.useRealTimers();
});

describe('an error that repeats', () => {
  it('is logged once, counted every ten seconds, and summed up at its end; then it is new again', () => {
    const seen = Array.from({ length: 5711 }, () => isFirst(coded('ECONNREFUSED')));
    expect(seen.filter((first) => first)).toHaveLength(1);
    vi.advanceTimersByTime(10_000);
    expect(told).toEqual([
      expect.objectContaining({ times: 5710, code: 'ECONNREFUSED', level: 50, message: 'It failed.' }),
    ]);
    isFirst(coded('ECONNREFUSED'));
    vi.advanceTimersByTime(20_000);
    expect(told.slice(1)).toEqual([
      expect.objectContaining({ times: 1 }),
      expect.objectContaining({ times: 0, timesInAll: 5712 }),
    ]);
    expect(vi.getTimerCount()).toBe(0);
    expect(isFirst(coded('ECONNREFUSED'))).toBe(true);
  });

  it('is reported when the process ends, and not at all if it occurred once', () => {
    isFirst(coded('57014'));
    isFirst(coded('ECONNRESET'));
    isFirst(coded('ECONNRESET'));
    errors.close();
    expect(told).toEqual([expect.objectContaining({ code: 'ECONNRESET', times: 1 })]);
  });

  it('is a different one with another message of the log, another code, another place, or another text', () => {
    const here = () => new TypeError('x is undefined');
    const there = () => new TypeError('x is undefined');
    const frame = (error: Error, place: string) =>
      Object.assign(error, { stack: `TypeError\n    at f (/app/src/${place})` });
    const all = [
      isFirst(coded('ECONNREFUSED'), 'One.'),
      isFirst(coded('ECONNREFUSED'), 'Two.'),
      isFirst(coded('ECONNRESET'), 'Two.'),
      isFirst(frame(here(), 'a.ts:1:1')),
      isFirst(frame(there(), 'b.ts:1:1')),
      isFirst(new Error('after 1 ms')),
      isFirst(new Error('other')),
    ];
    expect(all).toEqual(all.map(() => true));
    expect([isFirst(frame(here(), 'a.ts:1:1')), isFirst(new Error('after 25 ms'))]).toEqual([false, false]);
  });

  it('takes a bounded amount of memory for any number of kinds', () => {
    const first = Array.from({ length: 1000 }, (_, n) => isFirst(new Error(`kind ${'x'.repeat(n)}`)));
    expect(first.filter((each) => each).length).toBeLessThanOrEqual(201);
  });
});

describe('an error in the log', () => {
  it('has only properties that are known to be harmless, and its causes', () => {
    const cause = Object.assign(coded('WRONGPASS'), { command: { name: 'auth', args: ['secret'] } });
    const error = Object.assign(new AggregateError([cause], 'all failed', { cause }), {
      input: 'postgres://u:secret@h',
    });
    const logged = loggedError(error);
    expect(JSON.stringify(logged)).not.toContain('secret');
    expect(logged).toMatchObject({ type: 'AggregateError', message: 'all failed', cause: { code: 'WRONGPASS' } });
    expect(logged['errors']).toEqual([expect.objectContaining({ code: 'WRONGPASS', message: 'away' })]);
  });

  it('is cut, ends at a circle, and need not be an error', () => {
    const error = new Error('x'.repeat(10_000));
    error.cause = error;
    expect(JSON.stringify(loggedError(error)).length).toBeLessThan(50_000);
    expect(loggedError('a text')).toEqual({ type: 'string', message: 'a text', stack: '' });
  });
});
