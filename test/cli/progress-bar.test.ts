import { PassThrough } from 'node:stream';
import { ProgressBar } from 'hotpath/cli';
import { expect, it } from 'vitest';

/** All that a bar writes while it shows each part, and is closed. */
function written(total: number, { isTTY, part }: { readonly isTTY: boolean; readonly part?: string }): string {
  const out = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY }) as unknown as NodeJS.WriteStream;
  const bar = new ProgressBar(out);
  for (let done = 0; done <= total; done += 1) bar.show({ done, total, ...(part === undefined ? {} : { part }) });
  bar.close();
  return (out as unknown as PassThrough).read() ?? '';
}

it('writes a line for each part to a file', () => {
  expect(written(3, { isTTY: false, part: 'orders' })).toMatch(
    /^1\/3 orders \d+\.\d s\n2\/3 orders \d+\.\d s\n3\/3 orders \d+\.\d s\n$/,
  );
});

it('writes twenty lines at most, the last when all is done', () => {
  const lines = written(1000, { isTTY: false }).trimEnd().split('\n');
  expect(lines).toHaveLength(20);
  expect(lines[0]).toMatch(/^50\/1000 \d+\.\d s$/);
  expect(lines.at(-1)).toMatch(/^1000\/1000 /);
});

it('draws a bar on a terminal, and removes it', () => {
  const text = written(2, { isTTY: true });
  const drawn = text.split('\r\x1b[K');
  expect(drawn[2]).toMatch(/^█{12}░{12} 1\/2 \d+\.\d s$/);
  expect(drawn.at(-1)).toBe('');
  expect(text).not.toContain('\n');
});
