/** The application's own line in a stack. */
import { CallSite, ownLine } from 'hotpath/budget/call-site';
import { describe, expect, it } from 'vitest';

const OWN = new URL('../../src/', import.meta.url);

describe('the own line of a stack', () => {
  it.each([
    ['at /app/x.js:1:2', '/app/x.js:1:2'],
    ['at handler (/app/x.js:1:2)', '/app/x.js:1:2'],
    ['at async handler (/app/x.js:1:2)', '/app/x.js:1:2'],
    ['at async /app/x.js:1:2', '/app/x.js:1:2'],
    ['at new Posts (/app/x.js:1:2)', '/app/x.js:1:2'],
    ['at Object.find [as query] (/app/x.js:1:2)', '/app/x.js:1:2'],
    ['at handler (file:///app/a%20b/x.js?t=1:1:2)', '/app/a b/x.js:1:2'],
    ['at /home/me/My (app)/x.js:1:2', '/home/me/My (app)/x.js:1:2'],
    ['at handler (/home/me/My (app)/100%/x.js:1:2)', '/home/me/My (app)/100%/x.js:1:2'],
    ['at handler (C:\\app\\x.js:1:2)', 'C:\\app\\x.js:1:2'],
    ['at async file:///C:/app/x.js:1:2', 'C:/app/x.js:1:2'],
    ['at handler (/app/packages/hotpath/src/x.js:1:2)', '/app/packages/hotpath/src/x.js:1:2'],
  ])('%s is %s', (frame, line) => {
    expect(ownLine(`Error: at /no/x.js\n    ${frame}\n    at later (/app/later.js:3:4)`)).toBe(line);
  });

  it.each([
    'at handler (/app/node_modules/pg/lib/client.js:1:2)',
    'at handler (C:\\app\\node_modules\\pg\\lib\\client.js:1:2)',
    'at process.processTicksAndRejections (node:internal/process/task_queues:103:5)',
    'at async Promise.all (index 0)',
    'at <anonymous>',
    'at Array.map (native)',
    `at query (${OWN.pathname}compile/execute.ts:1:2)`,
    `at query (${OWN.href}compile/execute.ts:1:2)`,
  ])('is not %s', (frame) => {
    expect(ownLine(`Error\n    ${frame}`)).toBeUndefined();
    expect(ownLine(`Error\n    ${frame}\n    at own (/app/own.js:3:4)`)).toBe('/app/own.js:3:4');
  });

  it('is not in an ignored file', () => {
    const stack = 'Error\n    at query (/app/db.js:1:2)\n    at own (/app/own.js:3:4)';
    for (const ignore of [[/db\.js/], [/x/, /^\/app\/db/], [/db/g]]) {
      for (let n = 0; n < 3; n += 1) expect(ownLine(stack, ignore)).toBe('/app/own.js:3:4');
    }
  });
});

it('a call has no line if an application changes the form of stacks', () => {
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = (_error, frames) => frames;
  try {
    expect(new CallSite([]).isKnown).toBe(false);
  } finally {
    Error.prepareStackTrace = prepareStackTrace as typeof Error.prepareStackTrace & object;
  }
});
