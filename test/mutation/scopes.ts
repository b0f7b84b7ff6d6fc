/**
 * What is mutated, and the tests that must notice: those of the same subject. A mutant that only a test of something
 * else would notice counts as a survivor. Tests that start other processes are in no scope, since a mutant is active in
 * the process of the test alone.
 *
 * A scope is small and its tests are fast: code that runs while a module loads or a test file sets up is covered by no
 * single test, so each mutant there runs all tests of its scope.
 */
import { matchesGlob } from 'node:path';

export interface MutationScope {
  readonly mutate: readonly string[];
  /** In the order in which they are run: the fast ones first. */
  readonly tests: readonly string[];
  /** The least share of mutants that the tests notice, in percent. */
  readonly least: number;
}

export const scopes: Readonly<Record<string, MutationScope>> = {
  selections: {
    mutate: ['packages/hotpath/src/resource/{policy,select,selection,fixed}.ts'],
    tests: ['test/engine/resource/{policy,select,selection,hidden,fixed}.test.ts'],
    least: 100,
  },
  grants: {
    mutate: ['packages/hotpath/src/access/*.ts'],
    tests: ['test/engine/access/*.test.ts'],
    least: 100,
  },
  permissions: {
    mutate: ['src/domain/projects/policy.ts', 'src/domain/viewer.ts'],
    tests: ['test/domain/projects/policy.test.ts', 'test/domain/viewer.test.ts'],
    least: 100,
  },
  tokens: {
    mutate: ['src/plugins/auth/*.ts'],
    tests: ['test/plugins/auth/claims.test.ts', 'test/plugins/auth/{verification-key,verify}.test.ts'],
    least: 100,
  },
  keys: {
    mutate: ['src/plugins/jwks.ts'],
    tests: ['test/plugins/jwks.test.ts'],
    least: 100,
  },
  auth: {
    mutate: ['src/plugins/auth.ts'],
    tests: ['test/plugins/auth/viewer-of-request.test.ts'],
    least: 100,
  },
  cursors: {
    mutate: ['packages/hotpath/src/resource/{cursor,page,sort}.ts'],
    tests: ['test/engine/resource/{cursor,page,hidden}.test.ts'],
    least: 100,
  },
  idempotency: {
    mutate: ['src/plugins/idempotency.ts'],
    tests: ['test/plugins/idempotency.test.ts'],
    least: 85,
  },
  snapshots: {
    mutate: ['src/engine/freshness/{knowledge,memory,snapshot,successor,rest}.ts'],
    tests: ['test/engine/freshness/{memory,successor}.test.ts', 'test/engine/freshness/{snapshot,knowledge}.test.ts'],
    least: 85,
  },
  tags: {
    mutate: ['src/engine/freshness/{tags,watched,conditions}.ts'],
    tests: ['test/engine/freshness/{tags,sources}.test.ts'],
    least: 85,
  },
};

/** The scope that a file is mutated in. @param file may end in a range of lines: `src/plugins/auth.ts:20-40`. */
export function scopeOfFile(file: string): string | undefined {
  const [path] = file.split(':') as [string];
  const isIn = ({ mutate }: MutationScope) => mutate.some((pattern) => matchesGlob(path, pattern));
  return Object.keys(scopes).find((name) => isIn(scopes[name]!));
}
