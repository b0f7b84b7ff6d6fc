/** `npm run test:jaeger`: traces in a real Jaeger, apart from `npm test`, because Jaeger may have to be built first. */
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { options, SERVER_SETUP } from '../../vitest.config.ts';

export default defineConfig({
  test: {
    ...options,
    root: join(import.meta.dirname, '../..'),
    include: ['test/jaeger/**/*.jaeger.ts'],
    globalSetup: SERVER_SETUP,
    // The first file builds Jaeger, which takes minutes; the others use that build.
    fileParallelism: false,
    hookTimeout: 3_600_000,
    testTimeout: 120_000,
  },
});
