/** The members that the inspector needs of pino's loggers beyond their documentation. A failure names what has moved. */
import { replaceWrite } from 'hotpath/inspector/pino-internals';
import { pino } from 'pino';
import { expect, it } from 'vitest';

it('a logger and its children write each line by one method, which can be replaced and restored', () => {
  const written: string[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => written.push(line) });
  const child = log.child({ part: 'child' });
  const heard: unknown[] = [];
  const restore = replaceWrite(
    log,
    (write) =>
      function (about, text, level) {
        heard.push([about, text, level]);
        return write.call(this, about, text, level);
      },
  );
  expect(restore, 'a logger of pino has no method `pino.write` any more').toBeDefined();
  log.info({ at: 1 }, 'one');
  child.warn('two');
  restore!();
  child.error('three');
  expect(heard, '`pino.write` takes other arguments').toEqual([
    [{ at: 1 }, 'one', 30],
    [null, 'two', 40],
  ]);
  expect(written.map((line) => JSON.parse(line).msg)).toEqual(['one', 'two', 'three']);
});

it('another logger is not touched', () => {
  expect(replaceWrite(console, (write) => write)).toBeUndefined();
});
