import { AnswerJudge } from 'hotpath/replay/answer-judge';
import type { ReplayAnswer } from 'hotpath/replay/replayed-service';
import { describe, expect, it } from 'vitest';

const answer = (document: unknown): ReplayAnswer => ({
  ...{ status: 200, failure: undefined, ms: 1, statements: 1, isCached: false, body: JSON.stringify(document) },
  headers: { 'content-type': 'application/json' },
});
const newJudge = (ignored: string[] = []) =>
  new AnswerJudge({ headers: [], ignored, pausesMs: [0, 0, 0], settleMs: 0 });

let keys = 0;

/** Judges answers that the services give one after the other; the last of each is repeated. */
async function judged(beside: unknown[], against: unknown[], judge = newJudge()) {
  let asked = 0;
  const at = (answers: unknown[]) => answer(answers[Math.min(asked, answers.length - 1)]);
  const { differences, unstable } = await judge.judge({ route: '/route', key: String(keys++) }, async () => {
    const pair = { beside: at(beside), against: at(against) };
    asked += 1;
    return pair;
  });
  return { asked, unstable, fields: differences.map(({ field }) => field) };
}

describe('a difference', () => {
  it('differs each time, while the other service gives the same', async () => {
    expect(await judged([{ a: 1, b: 1 }], [{ a: 2, b: 1 }])).toEqual({ asked: 4, fields: ['body.a'], unstable: [] });
  });

  it('may be a value that only the tested service changes', async () => {
    const orders = [
      [2, 1],
      [3, 1],
      [2, 3],
      [3, 2],
    ];
    expect((await judged([[1, 2]], orders)).fields.length).toBeGreaterThan(0);
  });

  it('is found in the rows of a list that stay at their places, beside a field that changes', async () => {
    const rows = (now: number, price: number) => ({ items: [1, 2].map((id) => ({ id, now: now + id, price })) });
    const beside = [10, 20, 30, 40].map((now) => rows(now, 5));
    const against = [15, 25, 35, 45].map((now) => rows(now, 6));
    expect(await judged(beside, against)).toEqual({
      ...{ asked: 4, fields: ['body.items[0].price', 'body.items[1].price'], unstable: ['body.items[].now'] },
    });
  });

  it('is a row that is missing beside fields that change', async () => {
    const rows = (now: number, ids: number[]) => ({ items: ids.map((id) => ({ id, now: now + id })) });
    const beside = [10, 20, 30, 40].map((now) => rows(now, [1, 2]));
    const against = [15, 25, 35, 45].map((now) => rows(now, [1]));
    expect((await judged(beside, against)).fields).toEqual(['body.items.length']);
  });

  it('is an object that is missing, whose fields change', async () => {
    const beside = [1, 2, 3, 4].map((viewedAt) => ({ data: { id: 1, viewedAt } }));
    expect((await judged(beside, [{ data: null }])).fields).toEqual(['body.data']);
  });

  it('is found beside fields that change', async () => {
    const beside = [1, 2, 3, 4].map((now) => ({ now, price: 10 }));
    const against = [5, 6, 7, 8].map((now) => ({ now, price: 11 }));
    expect(await judged(beside, against)).toEqual({ asked: 4, fields: ['body.price'], unstable: ['body.now'] });
  });
});

describe('no difference', () => {
  it('is an answer that is equal, requested once', async () => {
    expect(await judged([{ a: 1 }], [{ a: 1 }])).toEqual({ asked: 1, fields: [], unstable: [] });
  });

  it('is a write between two questions', async () => {
    expect(await judged([{ a: 1 }, { a: 2 }], [{ a: 2 }])).toEqual({ asked: 2, fields: [], unstable: [] });
  });

  it('is a service that learns of a write later', async () => {
    expect((await judged([{ a: 2 }], [{ a: 1 }, { a: 1 }, { a: 1 }, { a: 2 }])).fields).toEqual([]);
  });

  it('is a row that is written all the time', async () => {
    const beside = [{ a: 1 }, { a: 3 }, { a: 5 }, { a: 7 }];
    const against = [{ a: 2 }, { a: 4 }, { a: 6 }, { a: 8 }];
    expect(await judged(beside, against)).toEqual({ asked: 4, fields: [], unstable: ['body.a'] });
  });

  it('is a list that rows enter', async () => {
    const list = (length: number) => ({ items: Array.from({ length }, (_, n) => ({ id: length - n })) });
    const { fields } = await judged([1, 3, 5, 7].map(list), [2, 4, 6, 8].map(list));
    expect(fields).toEqual([]);
  });

  it('is a row at a place of a list that rows enter, even if some of its values stay by chance', async () => {
    const rows = (first: number) => [0, 1, 2].map((n) => ({ at: first - n, isOn: true }));
    const others = (first: number) => [0, 1, 2].map((n) => ({ at: first - n, isOn: false }));
    const { fields, unstable } = await judged([3, 5, 7, 9].map(rows), [4, 6, 8, 10].map(others));
    expect(fields).toEqual([]);
    expect(unstable).toContain('body[].isOn');
  });

  it('is the last row of a user, which is another row each time', async () => {
    const last = (id: number, isOn: boolean) => ({ last: { id, isOn }, name: 'Ada' });
    const { fields } = await judged(
      [1, 3, 5, 7].map((id) => last(id, true)),
      [2, 4, 6, 8].map((id) => last(id, false)),
    );
    expect(fields).toEqual([]);
  });

  it('is a long list that changes as a whole, however late in it the services differ', async () => {
    const list = (round: number, late: number) =>
      Array.from({ length: 2000 }, (_, n) => round * 10_000 + n + (n < 1000 ? 0 : late));
    const rounds = [0, 1, 2, 3];
    const { asked, fields } = await judged(
      rounds.map((round) => list(round, 0)),
      rounds.map((round) => list(round, 5)),
    );
    expect({ asked, fields }).toEqual({ asked: 4, fields: [] });
  });

  it('is an ignored field, or a part of one', async () => {
    const judge = newJudge(['body.items[].seen', 'body.meta']);
    const one = { items: [{ id: 1, seen: 1 }], meta: { a: 1 } };
    const other = { items: [{ id: 1, seen: 2 }], meta: { a: 2 } };
    expect(await judged([one], [other], judge)).toMatchObject({ asked: 1, fields: [] });
    expect((await judged([one], [{ ...other, metadata: 1 }], judge)).fields).toEqual(['body.metadata']);
  });
});

describe('a field that changes with each question', () => {
  const changing = (judge: AnswerJudge) =>
    judged(
      [1, 2, 3, 4].map((now) => ({ now })),
      [5, 6, 7, 8].map((now) => ({ now })),
      judge,
    );

  it('is known after some requests of its route, and costs no further questions', async () => {
    const judge = newJudge();
    const asked = [];
    for (let request = 0; request < 7; request += 1) asked.push((await changing(judge)).asked);
    expect(asked).toEqual([4, 4, 4, 4, 4, 1, 1]);
    expect((await judged([{ now: 1, price: 1 }], [{ now: 2, price: 2 }], judge)).fields).toEqual(['body.price']);
  });

  it('is not known because of a write now and then', async () => {
    const judge = newJudge();
    for (let request = 0; request < 10; request += 1) {
      expect(await judged([{ a: 1 }, { a: 1 }, { a: 2 }], [{ a: 3 }, { a: 3 }, { a: 4 }], judge)).toMatchObject({
        ...{ asked: 4, fields: [], unstable: ['body.a'] },
      });
    }
    expect((await judged([{ a: 1 }], [{ a: 2 }], judge)).fields).toEqual(['body.a']);
  });
});

describe('cached answers', () => {
  /** Answers with the documents of both services, and whether each came from a cache. */
  type Round = readonly [beside: unknown, isBesideCached: boolean, against: unknown, isAgainstCached: boolean];

  async function judgedRounds(rounds: readonly Round[], settleMs: number) {
    const judge = new AnswerJudge({ headers: [], ignored: [], pausesMs: [0, 0, 0], settleMs });
    let asked = 0;
    const { differences, unstable } = await judge.judge({ route: '/route', key: 'a request' }, async () => {
      const [beside, isBesideCached, against, isAgainstCached] = rounds[Math.min(asked, rounds.length - 1)]!;
      asked += 1;
      return {
        beside: { ...answer(beside), isCached: isBesideCached },
        against: { ...answer(against), isCached: isAgainstCached },
      };
    });
    return { asked, unstable, fields: differences.map(({ field }) => field) };
  }

  const cached = (times: number, round: Round): Round[] => Array.from({ length: times }, () => round);
  const old: Round = [{ a: 1 }, true, { a: 2 }, true];

  it('of two times make no difference: it requests both until new answers come', async () => {
    expect(await judgedRounds([...cached(4, old), [{ a: 3 }, false, { a: 3 }, false]], 60_000)).toEqual({
      ...{ asked: 5, unstable: [], fields: [] },
    });
    expect(await judgedRounds([...cached(4, old), [{ a: 3 }, false, { a: 2 }, true]], 60_000)).toEqual({
      ...{ asked: 5, unstable: ['body.a'], fields: [] },
    });
  }, 30_000);

  it('that stay different until the patience is over are a difference', async () => {
    expect(await judgedRounds([old], 0)).toEqual({ asked: 4, unstable: [], fields: ['body.a'] });
  });

  it('are decided by one new answer of each', async () => {
    const rounds: Round[] = [[{ a: 1 }, false, { a: 2 }, true], [{ a: 1 }, true, { a: 2 }, false], old];
    expect(await judgedRounds(rounds, 60_000)).toEqual({ asked: 4, unstable: [], fields: ['body.a'] });
  });
});

describe('a repeated request', () => {
  it('is investigated once, with the same result each time', async () => {
    const judge = newJudge();
    let asked = 0;
    const ask = async () => {
      asked += 1;
      return { beside: answer({ now: asked, price: 1 }), against: answer({ now: -asked, price: 2 }) };
    };
    const results = [];
    for (let time = 0; time < 3; time += 1) results.push(await judge.judge({ route: '/route', key: 'same' }, ask));
    expect(asked).toBe(6);
    for (const { differences, unstable } of results) {
      expect([differences.map(({ field }) => field), unstable]).toEqual([['body.price'], ['body.now']]);
    }
  });

  it('is investigated again for another field', async () => {
    const judge = newJudge();
    const judgeOf = (against: object) =>
      judge.judge({ route: '/route', key: 'same' }, async () => ({
        beside: answer({ a: 1, b: 1 }),
        against: answer(against),
      }));
    await judgeOf({ a: 2, b: 1 });
    expect((await judgeOf({ a: 1, b: 2 })).differences.map(({ field }) => field)).toEqual(['body.b']);
  });
});
