/** `npm run test:hypopg`: the advisor with hypothetical indexes, on a PostgreSQL that has HypoPG, outside of `npm test`. */
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { options, SERVER_SETUP } from '../../vitest.config.ts';

export default defineConfig({
  test: {
    ...options,
    root: join(import.meta.dirname, '../..'),
    include: ['test/hypopg/**/*.hypopg.ts'],
    globalSetup: SERVER_SETUP,
    hookTimeout: 60_000,
    testTimeout: 60_000,
  },
});
