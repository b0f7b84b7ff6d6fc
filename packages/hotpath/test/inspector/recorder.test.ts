import { Recorder } from 'hotpath/inspector/recorder';
import type { SeenRequest } from 'hotpath/inspector/request-record';
import { requestDetails } from 'hotpath/inspector/request-view';
import type { CacheAsked, StatementEnded } from 'hotpath/observation/observed-event';
import { describe, expect, it } from 'vitest';

const statement = (text: string, values: readonly unknown[] = []): StatementEnded => ({
  ...{ kind: 'statement', text, values, startedAt: 1, ms: 2, rows: 1, failure: undefined, isCounted: true },
  lines: () => ['/app/routes.ts:7:1'],
});

const seen: SeenRequest = {
  ...{ at: Date.now(), startedAt: 0, method: 'GET', route: '/a', url: '/a', status: 200, ms: 1, statements: 0 },
  ...{ databaseMs: 0, budget: 1, repeated: 0, isOver: false, tier: undefined, outcome: undefined, bytes: 5 },
  ...{ role: undefined, viewerKey: '', traceId: undefined, requestId: 'r', requestHeaders: {}, replyHeaders: {} },
  ...{ unlisted: 0, unlistedMs: 0 },
};

const ask = (more: Partial<CacheAsked> = {}): CacheAsked => ({
  ...{ kind: 'cache', key: '/a\nuser', tier: 'l1', outcome: 'hit', reason: undefined, startedAt: 1, ms: 0 },
  entry: {
    ...{ tags: ['post:1'], snapshot: { xmin: 5, xmax: 9, xip: [7] }, readAt: Date.now(), ttlMs: 1000 },
    bodies: { identity: { length: 10 } },
  },
  ...more,
});

const detailsOf = (recorder: Recorder, id = 0, withValues = false) =>
  requestDetails(recorder.requests.find(id)!, { changes: recorder.changes, withValues, repeated: 3 });

describe('a recorder', () => {
  it('groups equal statements of a request, and names repeated ones with their lines', () => {
    const recorder = new Recorder();
    const request = {};
    for (const id of [1, 2, 3]) recorder.observe(statement('SELECT * FROM posts WHERE id = $1', [id]), request);
    recorder.observe(statement('SELECT 1'), request);
    recorder.add(seen, request);
    expect(detailsOf(recorder).groups).toMatchObject([
      { times: 3, rows: 3, ms: 6, isRepeated: true, lines: ['/app/routes.ts:7:1'] },
      { times: 1, isRepeated: false, sql: 'SELECT ?' },
    ]);
  });

  it('shows values only on request', () => {
    const recorder = new Recorder();
    const request = {};
    recorder.observe(statement("SELECT * FROM users WHERE name = 'Ada' AND email = $1", ['ada@example.org']), request);
    recorder.add(seen, request);
    expect(JSON.stringify(detailsOf(recorder))).not.toMatch(/Ada|ada@/);
    expect(JSON.stringify(detailsOf(recorder, 0, true))).toMatch(/'Ada'.*ada@example\.org/);
  });

  it('keeps no value of a statement that writes, and none at all with `values: false`', () => {
    const writing = new Recorder();
    const silent = new Recorder({ keepsValues: false });
    const request = {};
    writing.observe(statement("INSERT INTO users VALUES ($1, 'secret')", ['secret']), request);
    silent.observe(statement("SELECT * FROM users WHERE a = 'secret' AND b = $1", ['secret']), request);
    for (const recorder of [writing, silent]) {
      recorder.add(seen, request);
      expect(JSON.stringify(recorder.requests.find(0))).not.toContain('secret');
      expect(JSON.stringify(detailsOf(recorder, 0, true))).not.toContain('secret');
    }
  });

  it('keeps no secret of a URL in the keys of the cache', () => {
    const recorder = new Recorder();
    const request = {};
    const key = '/invitations/abc?sig=def\nuser\n7';
    recorder.observe(ask({ key, tier: 'database', outcome: 'miss' }), request);
    recorder.observe({ kind: 'outdated', key, tier: 'l1', culprits: [] }, request);
    recorder.trailOf(request)!.replacePath('/invitations/abc', '/invitations/[hidden]');
    recorder.add(seen, request);
    const { answers, outdated } = recorder.requests.find(0)!.trail!;
    const hidden = '/invitations/[hidden]?sig=[hidden]\nuser\n7';
    expect([...answers, ...outdated].map((kept) => kept.key)).toEqual([hidden, hidden]);
  });

  it('finds the events that a step of a request carries', () => {
    const recorder = new Recorder();
    const request = {};
    recorder.observe(statement('SELECT 1'), { around: { around: request } });
    recorder.add(seen, request);
    expect(detailsOf(recorder).groups).toHaveLength(1);
  });

  it('keeps a limited number of details of answers from memory each second, and a line of each answer', () => {
    const recorder = new Recorder({ detailsPerSecond: 2, requests: 2000 });
    const startedAt = performance.now();
    for (let n = 0; n < 1000; n += 1) {
      const request = {};
      recorder.observe(ask(), request);
      recorder.add(seen, request);
    }
    const seconds = Math.ceil((performance.now() - startedAt) / 1000) + 1;
    const detailed = [...recorder.requests.newest()].filter(({ trail }) => trail !== undefined);
    expect([recorder.requests.count, recorder.seen]).toEqual([1000, 1000]);
    expect(detailed.length).toBeGreaterThanOrEqual(2);
    expect(detailed.length).toBeLessThanOrEqual(2 * seconds);
  });

  it('requests the details of a hit in memory within its limit, or if the request has other details', () => {
    const recorder = new Recorder({ detailsPerSecond: 0 });
    const request = {};
    expect([recorder.wantsHit(undefined), recorder.wantsHit(request)]).toEqual([false, false]);
    recorder.observe(statement('SELECT 1'), request);
    expect(recorder.wantsHit({ around: request })).toBe(true);
    const another = {};
    expect(new Recorder({ detailsPerSecond: 1 }).wantsHit(another)).toBe(true);
  });

  it('keeps a bounded part of a request that sends statements without end, and counts the rest', () => {
    const recorder = new Recorder();
    const request = {};
    for (let n = 0; n < 1000; n += 1) recorder.observe(statement(`SELECT ${'x'.repeat(n)}`), request);
    recorder.add(seen, request);
    const { trail } = recorder.requests.find(0)!;
    expect([trail!.statements.length, trail!.left]).toEqual([200, 800]);
  });

  it('keeps its limit of bytes, whatever the requests contain', () => {
    const recorder = new Recorder({ bytes: 100_000 });
    for (let n = 0; n < 500; n += 1) {
      const request = {};
      recorder.observe(statement(`SELECT '${'x'.repeat(2000)}', ${n}`, ['y'.repeat(2000)]), request);
      recorder.add({ ...seen, url: `/a?text=${'z'.repeat(500)}` }, request);
    }
    expect(recorder.requests.bytes).toBeLessThanOrEqual(100_000);
    expect(recorder.requests.count).toBeGreaterThan(10);
  });

  it('keeps a warning of the log with its request, and other lines only if the request has details', () => {
    const recorder = new Recorder();
    const [quiet, loud] = [{}, {}];
    const line = { startedAt: 1, text: 'hello' };
    recorder.addLog({ ...line, level: 30 }, quiet);
    recorder.addLog({ ...line, level: 40 }, loud);
    recorder.addLog({ ...line, level: 30 }, loud);
    recorder.addLog({ ...line, level: 50 }, undefined);
    recorder.add(seen, quiet);
    recorder.add(seen, loud);
    expect([detailsOf(recorder, 0).logs.length, detailsOf(recorder, 1).logs.length]).toEqual([0, 2]);
  });
});

describe('the story of the cache', () => {
  function told(event: CacheAsked, before: (recorder: Recorder, request: object) => void = () => {}): string {
    const recorder = new Recorder();
    const request = {};
    before(recorder, request);
    recorder.observe(event, request);
    recorder.add(seen, request);
    return detailsOf(recorder).cache[0]!.sentences.join(' ');
  }
  const miss = (reason: CacheAsked['reason']) => ask({ tier: 'database', outcome: 'miss', reason });

  it.each([
    ['nothing', /^Nothing was kept for this question\.$/],
    ['expired', /past its time/],
    ['unfollowed', /follower of changes was not current/],
    ['asked', /sent past the cache/],
  ] as const)('explains a miss: %s', (reason, sentence) => {
    expect(told(miss(reason))).toMatch(sentence);
  });

  it('names the transaction that outdated an entry, its tags and its time', () => {
    const sentence = told(miss('outdated'), (recorder, request) => {
      const changes = [{ xid: 12, source: 'post', tags: [':1', null] }];
      recorder.observe({ kind: 'changes', at: Date.UTC(2026, 0, 1, 10, 11, 12), changes });
      const culprits = [{ tag: 'post:1', xid: 12 }];
      recorder.observe({ kind: 'outdated', key: '/a\nuser', tier: 'l1', culprits }, request);
    });
    expect(sentence).toBe(
      'The entry in memory was outdated by transaction 12, which changed post:1 at 10:11:12.000. So PostgreSQL was asked.',
    );
  });

  it('reports that an entry was evicted', () => {
    const evict = (recorder: Recorder) => recorder.observe({ kind: 'evicted', key: '/a\nuser' });
    expect(told(miss('nothing'), evict)).toMatch(/the entry was evicted \d+ ms before/);
  });

  it('counts the entries that a transaction has outdated', () => {
    const recorder = new Recorder();
    recorder.observe({ kind: 'changes', at: 1, changes: [{ xid: 12, source: 'post', tags: [':1'] }] });
    const culprits = [
      { tag: 'post:1', xid: 12 },
      { tag: 'post', xid: 12 },
    ];
    recorder.observe({ kind: 'outdated', key: 'a', tier: 'l2', culprits }, {});
    recorder.observe({ kind: 'outdated', key: 'b', tier: 'l1', culprits });
    expect(recorder.changes.newest()).toEqual([{ xid: 12, at: 1, tags: ['post', 'post:1'], more: 0, outdated: 2 }]);
  });
});
