/** The events that an observer gets of statements, from any library that sends them. */

import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { fromLine } from 'hotpath/budget/call-site';
import type { ObservedEvent } from 'hotpath/observation/observed-event';
import { portOf } from 'hotpath/observation/port-of';
import Cursor from 'pg-cursor';
import { describe, expect, it } from 'vitest';
import { Apps } from './apps.ts';

const apps = new Apps();

/** An application with one route, and the events of one request to it. */
async function observed(handler: () => Promise<unknown>, mode: 'warn' | 'count' = 'warn', wantsLines = true) {
  const events: ObservedEvent[] = [];
  const app = apps.of((scope: FastifyInstance) => scope.get('/', async () => void (await handler())), { mode });
  app.register(
    fp(async (scope: FastifyInstance) => {
      portOf(scope).observer = { wantsLines, wantsHit: () => true, observe: (event) => void events.push(event) };
    }),
  );
  await app.inject('/');
  return events.filter((event) => event.kind === 'statement');
}

describe('an observer', () => {
  it('gets a statement with its values, rows, time and lines', async () => {
    const [event, ...others] = await observed(() => apps.pool.query('select generate_series(1, $1::int)', [3]));
    expect(others).toEqual([]);
    expect(event).toMatchObject({ text: 'select generate_series(1, $1::int)', values: [3], rows: 3, isCounted: true });
    expect(event!.failure).toBeUndefined();
    expect(event!.ms).toBeGreaterThan(0);
    expect(event!.lines()[0]).toMatch(/budget\/observed\.test\.ts:\d+:\d+$/);
  });

  it('gets the error of a statement', async () => {
    const [event] = await observed(() => apps.pool.query('select 1 / 0').catch(() => {}));
    expect([event!.failure, event!.rows]).toEqual(['22012', undefined]);
  });

  it('gets transaction control, which does not count', async () => {
    const events = await observed(async () => {
      const client = await apps.pool.connect();
      await client.query('BEGIN');
      await client.query({ text: 'select $1::text', values: ['a'] });
      await client.query('COMMIT');
      client.release();
    });
    expect(events.map(({ text, values, isCounted }) => [text, values, isCounted])).toEqual([
      ['BEGIN', [], false],
      ['select $1::text', ['a'], true],
      ['COMMIT', [], false],
    ]);
  });

  it('gets the statement of a callback, and of a cursor with its values', async () => {
    const events = await observed(async () => {
      const client = await apps.pool.connect();
      await new Promise<void>((resolve) => client.query('select 1', () => resolve()));
      const cursor = client.query(new Cursor('select generate_series(1, $1::int)', [2]));
      await cursor.read(10);
      await cursor.close();
      client.release();
    });
    expect(events.map(({ text, values }) => [text, values])).toEqual([
      ['select 1', []],
      ['select generate_series(1, $1::int)', ['2']],
    ]);
  });

  it('gets lines in the mode `count` if it wants them, and else none', async () => {
    const query = () => fromLine('/app/a.ts:1:1', () => apps.pool.query('select 1'));
    expect((await observed(query, 'count'))[0]!.lines()).toEqual(['/app/a.ts:1:1']);
    expect((await observed(query, 'count', false))[0]!.lines()).toEqual([]);
  });
});
