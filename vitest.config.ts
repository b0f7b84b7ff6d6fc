import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { HOME } from './src/dev/home.ts';

export default defineConfig({
  test: {
    include: ['{packages/hotpath/,}test/**/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    pool: 'forks',
    // Tests start many processes, each of which compiles the same code.
    env: { NODE_COMPILE_CACHE: join(HOME, 'compile-cache') },
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    reporters: ['default'],
  },
});
