// Mutation testing. `npm run mutate` (test/mutation/main.ts) runs it once for each scope of test/mutation/scopes.ts.
import { scopes } from './test/mutation/scopes.ts';

const name = process.env['MUTATION_SCOPE'];
const { mutate, least } = scopes[name];
const report = `reports/mutation/${name}`;

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate,
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/mutation/vitest.config.ts', pool: 'forks', related: false },
  coverageAnalysis: 'perTest',
  // No single test covers code that runs while a module loads or a test file sets up, so all tests of its scope run.
  ignoreStatic: false,
  warnings: { slow: false },
  thresholds: { high: 100, low: least, break: least },
  concurrency: 2,
  // A test waits for PostgreSQL or Redis, and the machine may be busy.
  timeoutMS: 20_000,
  timeoutFactor: 3,
  dryRunTimeoutMinutes: 15,
  // Node.js strips the types.
  disableTypeChecks: false,
  // The file does not exist: Stryker would rewrite `tsconfig.json` with an API that TypeScript 7 does not have.
  tsconfigFile: 'tsconfig.none.json',
  ignorePatterns: ['/.hotpath', '/bench', '/reports', '/jaeger', '*.log'],
  reporters: ['clear-text', 'progress-append-only', 'html', 'json'],
  htmlReporter: { fileName: `${report}.html` },
  jsonReporter: { fileName: `${report}.json` },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, skipFull: true },
  tempDirName: '.stryker-tmp',
};
