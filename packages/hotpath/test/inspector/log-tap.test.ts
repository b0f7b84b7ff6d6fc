import { tapLog } from 'hotpath/inspector/log-tap';
import { pino } from 'pino';
import { expect, it } from 'vitest';

it('hears messages of any type, and the log has them as before', () => {
  const lines: string[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(line) });
  const heard: string[] = [];
  tapLog(log, ({ text }) => void heard.push(text));
  const messages = [42, true, 7n, 'text'];
  for (const message of messages) log.info(message as never);
  log.error(new Error('failed'), 42 as never);
  log.info({ msg: 7 });
  expect(heard).toEqual(['42', 'true', '7', 'text', '42', '7']);
  expect(lines).toHaveLength(6);
});
