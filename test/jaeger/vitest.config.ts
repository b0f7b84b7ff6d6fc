/** `npm run test:jaeger`: traces in a real Jaeger, outside of `npm test`, since Jaeger may have to be built first. */
import { join } from 'node:path';
import { defineConfig, mergeConfig } from 'vitest/config';
import common from '../../vitest.config.ts';

const config = mergeConfig(common, {});
config.test = { ...config.test, root: join(import.meta.dirname, '../..'), include: ['test/jaeger/**/*.jaeger.ts'] };
// One builds Jaeger, which takes minutes, and the others find it.
config.test.fileParallelism = false;
config.test.hookTimeout = 3_600_000;
config.test.testTimeout = 120_000;

export default defineConfig(config);
