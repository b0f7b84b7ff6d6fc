import { join } from 'node:path';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { HOME } from './src/dev/home.ts';
import { TEST_FILES, unitTests } from './test/support/test-projects.ts';

const unit = unitTests();

/** The options of every test, and of the mutation tests. */
export const options = {
  pool: 'forks',
  // Tests start many processes, each of which compiles the same code.
  env: { NODE_COMPILE_CACHE: join(HOME, 'compile-cache') },
  maxWorkers: 2,
  testTimeout: 20_000,
  hookTimeout: 30_000,
  reporters: ['default'],
} satisfies ViteUserConfig['test'];

/** Starts PostgreSQL before the first test of the project `server`. */
export const SERVER_SETUP = 'test/support/global-setup.ts';

export default defineConfig({
  test: {
    ...options,
    // `npm run coverage`. Programs that tests start as processes of their own are not counted.
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'packages/hotpath/src/**/*.ts'],
      exclude: ['**/*.d.ts'],
      reporter: ['text-summary', 'html', 'lcov'],
      // The floor. Raise it when coverage has risen.
      thresholds: { statements: 71, branches: 65, functions: 70, lines: 72 },
    },
    projects: [
      // All unit tests of a worker share one module graph, which halves their time.
      { test: { name: 'unit', include: unit, isolate: false } },
      {
        test: {
          name: 'server',
          include: [TEST_FILES],
          exclude: ['**/node_modules/**', ...unit],
          globalSetup: SERVER_SETUP,
          // Servers share a busy machine. The report marks a test that passes the second time; it has a fault.
          // A proof that no answer is wrong or outdated has `retry: 0`.
          retry: 1,
        },
      },
    ],
  },
});
