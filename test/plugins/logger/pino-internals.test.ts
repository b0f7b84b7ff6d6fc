/** The members that the service needs of pino's loggers beyond their documentation. A failure names what has moved. */
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { givenHooks, withText } from '../../../src/plugins/logger/pino-internals.ts';

it('a logger adds the text of its bindings to each line', () => {
  const lines: string[] = [];
  const log = pino({ base: { service: 'shop' }, timestamp: false }, { write: (line: string) => lines.push(line) });
  withText(log, ',"reqId":"a"').info('one');
  withText(log, ',"reqId":"b"').child({ part: 'c' }).warn('two');
  log.info('three');
  expect(
    lines.map((line) => JSON.parse(line)),
    'pino keeps the text of its bindings elsewhere',
  ).toEqual([
    { level: 30, service: 'shop', reqId: 'a', msg: 'one' },
    { level: 40, service: 'shop', reqId: 'b', part: 'c', msg: 'two' },
    { level: 30, service: 'shop', msg: 'three' },
  ]);
});

it('a logger and its children keep the hooks that they were given', () => {
  const hooks = { streamWrite: (line: string) => line };
  const log = pino({ hooks }, { write: () => {} });
  expect([givenHooks(log), givenHooks(log.child({}))], 'pino keeps its hooks elsewhere').toEqual([hooks, hooks]);
  expect(givenHooks(log)).toBe(hooks);
});
