/** Facts about a subject, such as its role: read once, never outdated, and outlasted by the write that changes them. */
import { Breaker } from 'hotpath/cache/breaker';
import { Facts } from 'hotpath/cache/facts';
import { describe, expect, it } from 'vitest';
import { useRemote } from './cache-redis.ts';
import { AWAY_ERROR, SimulatedDatabase } from './simulated-database.ts';

const remote = useRemote();

describe('a fact', () => {
  const factsOf = (database: SimulatedDatabase, more: object = {}) =>
    new Facts({
      follower: database.follower,
      maxBytes: 100_000,
      isCached: (subject: string) => subject !== '9',
      ...more,
    });
  const fact = (database: SimulatedDatabase, subject = '7') => ({
    ...{ subject, about: 'role', tables: ['t'] },
    load: async () => await database.load(),
  });

  it('is read once, and again after a change, or if the last reading of the log is older than a tenth of a second', async () => {
    const database = new SimulatedDatabase();
    const facts = factsOf(database);
    expect([await facts.read(fact(database)), await facts.read(fact(database)), database.reads]).toEqual(['a', 'a', 1]);
    database.ageMs = 99;
    await facts.read(fact(database));
    expect(database.reads).toBe(1);
    database.ageMs = 100;
    await facts.read(fact(database));
    expect(database.reads).toBe(2);
    database.ageMs = 0;
    database.commit('t');
    expect([await facts.read(fact(database)), database.reads]).toEqual(['at', 3]);
    await facts.read(fact(database, '8'));
    await facts.read({ ...fact(database), about: 'other' });
    expect(database.reads).toBe(5);
    await facts.settled();
    expect(facts.stats.answers.l1.hit).toBeGreaterThan(0);
  });

  it('about a subject that is not cached is read each time', async () => {
    const database = new SimulatedDatabase();
    const facts = factsOf(database);
    await facts.read(fact(database, '9'));
    await facts.read(fact(database, '9'));
    expect([database.reads, facts.stats.entries]).toEqual([2, 0]);
    await facts.renew(fact(database, '9'));
    expect(database.reads).toBe(2);
  });

  it('that has ended is outlasted before the write is answered, and the new one is kept', async () => {
    const database = new SimulatedDatabase();
    const facts = factsOf(database);
    await facts.read(fact(database));
    database.commit('t');
    const began = performance.now();
    await facts.renew(fact(database));
    expect(performance.now() - began).toBeGreaterThanOrEqual(118);
    expect([database.reads, await facts.read(fact(database)), database.reads]).toEqual([2, 'at', 2]);
    database.catchUpFinds = false;
    await facts.renew(fact(database));
    expect(database.reads).toBe(2);
    database.catchUpFinds = true;
    database.fails = AWAY_ERROR;
    await facts.renew(fact(database));
    await expect(facts.read({ ...fact(database), about: 'x' })).rejects.toBe(AWAY_ERROR);
  });

  it('delays a write no longer than the limit of Redis and a moment more', async () => {
    const database = new SimulatedDatabase();
    const facts = factsOf(database, { remote: { ...remote(), breaker: new Breaker({ timeoutMs: 30 }) } });
    const began = performance.now();
    await facts.renew({ ...fact(database), load: () => new Promise(() => {}) });
    const took = performance.now() - began;
    expect(took).toBeGreaterThanOrEqual(148);
    expect(took).toBeLessThan(2000);
  });
});
