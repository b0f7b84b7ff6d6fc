import { expect, it } from 'vitest';
import { heapShare } from '../../src/cluster/heap.ts';

const MB = 2 ** 20;

it.each([
  [1024, 1, 256],
  [2048, 3, 256],
  [2048, 4, 204],
  [256, 4, 64],
])('in a container of %d MB each of %d workers gets a heap of %d MB', (limit, workers, megabytes) => {
  expect(heapShare({ workers, limitBytes: limit * MB, nodeOptions: '' })).toEqual({
    megabytes,
    execArgv: [`--max-old-space-size=${megabytes}`],
  });
});

it.each([
  [0, ''],
  [2 ** 64, ''],
  [512 * MB, '--max-old-space-size=300'],
  [512 * MB, '--cpu-prof --max_old_space_size=300'],
])('sets none at a limit of %d with the arguments "%s"', (limitBytes, told) => {
  expect(heapShare({ workers: 4, limitBytes, nodeOptions: told })).toBeUndefined();
});
