/** `npm run test:replicas`: real primaries with real standbys, of two versions of PostgreSQL, outside of `npm test`. */
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { options, SERVER_SETUP } from '../../vitest.config.ts';

export default defineConfig({
  test: {
    ...options,
    root: join(import.meta.dirname, '../..'),
    include: ['test/replicas/**/*.replicas.ts'],
    globalSetup: SERVER_SETUP,
    // Each file has three servers.
    fileParallelism: false,
    hookTimeout: 180_000,
    testTimeout: 60_000,
  },
});
