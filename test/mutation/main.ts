/**
 * `npm run mutate`: changes the code, one operator or literal at a time, and runs the tests that cover the place. A change
 * that no test detects is a survivor.
 *
 *     npm run mutate                                              every scope except the slow one
 *     npm run mutate -- auth                                      one of them
 *     npm run mutate -- packages/hotpath/src/resource/policy.ts   one file, or `file.ts:10-20`
 *
 * Each scope writes its report to `reports/mutation/`. It fails if the tests detect fewer mutants than the scope requires.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { HOME } from '../../src/dev/home.ts';
import { openEmbeddedPostgres } from '../../src/dev/postgres/embedded-postgres.ts';
import { scopeOfFile, scopes } from './scopes.ts';

const asked = process.argv.slice(2);
const unknown = asked.find((argument) => !Object.hasOwn(scopes, argument) && scopeOfFile(argument) === undefined);
if (unknown !== undefined) {
  console.error(`"${unknown}" is neither a scope (${Object.keys(scopes).join(', ')}) nor a file of one.`);
  process.exit(1);
}

// One server for every copy of the project that Stryker makes.
const server = await openEmbeddedPostgres({
  directory: join(HOME, 'test-postgres'),
  settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
});
try {
  const failed: string[] = [];
  for (const name of Object.keys(scopes)) if ((await mutate(name)) !== 0) failed.push(name);
  if (failed.length > 0) console.error(`The tests detected too few mutants, or fail: ${failed.join(', ')}.`);
  process.exitCode = failed.length > 0 ? 1 : 0;
} finally {
  await server.stop();
}

/** @returns the exit code; 0 for a scope without a required share. */
async function mutate(name: string): Promise<number> {
  const isWhole = asked.includes(name) || (asked.length === 0 && !scopes[name]!.isSlow);
  const files = asked.filter((argument) => scopeOfFile(argument) === name);
  if (!isWhole && files.length === 0) return 0;
  const only = isWhole ? [] : ['--mutate', files.join(',')];
  const env = { TEST_DATABASE_URL: server.url(), ...process.env, MUTATION_SCOPE: name };
  const [code] = await once(spawn('stryker', ['run', 'stryker.config.js', ...only], { stdio: 'inherit', env }), 'exit');
  return code ?? 1;
}
