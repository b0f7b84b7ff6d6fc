/**
 * The mutated files, and the tests that must detect the mutants: those of the same subject. A mutant that only a test of
 * another subject would detect counts as a survivor. No scope has tests that start other processes, since a mutant is active
 * only in the process of the test.
 *
 * A scope is small and its tests are fast. No single test covers code that runs while a module loads or a test file sets up,
 * so each mutant there runs all tests of its scope.
 */
import { matchesGlob } from 'node:path';

export interface MutationScope {
  readonly mutate: readonly string[];
  /** In the order in which they run: the fast ones first. */
  readonly tests: readonly string[];
  /** Whether it runs only if it is named. */
  readonly isSlow?: boolean;
  /** The least share of mutants that the tests must detect, in percent. */
  readonly least: number;
}

export const scopes: Readonly<Record<string, MutationScope>> = {
  selections: {
    mutate: ['packages/hotpath/src/resource/{policy,select,selection,fixed}.ts'],
    tests: [
      'packages/hotpath/test/resource/{policy,select,selection,selection-cursor,selection-policy}.test.ts',
      'packages/hotpath/test/resource/{declaration,hidden,fixed}.test.ts',
    ],
    least: 100,
  },
  grants: {
    mutate: ['packages/hotpath/src/access/*.ts'],
    tests: ['packages/hotpath/test/access/*.test.ts'],
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
    mutate: ['src/plugins/auth/jwks.ts'],
    tests: ['test/plugins/jwks.test.ts'],
    least: 100,
  },
  auth: {
    mutate: ['src/plugins/auth/auth.ts'],
    tests: ['test/plugins/auth/viewer-of-request.test.ts'],
    least: 100,
  },
  cursors: {
    mutate: ['packages/hotpath/src/resource/{cursor,page,sort}.ts'],
    tests: ['packages/hotpath/test/resource/{cursor,selection-cursor,page,hidden}.test.ts'],
    least: 100,
  },
  idempotency: {
    mutate: ['packages/hotpath/src/fastify/writes/{idempotency-key,creation}.ts'],
    tests: ['test/plugins/idempotency.test.ts'],
    least: 100,
  },
  snapshots: {
    mutate: ['packages/hotpath/src/freshness/{knowledge,memory,snapshot,successor,rest}.ts'],
    tests: [
      'packages/hotpath/test/freshness/{memory,successor}.test.ts',
      'packages/hotpath/test/freshness/{snapshot,knowledge}.test.ts',
    ],
    least: 85,
  },
  tags: {
    mutate: ['packages/hotpath/src/freshness/{answer-tags,watched,conditions}.ts'],
    tests: ['packages/hotpath/test/freshness/{answer-tags,conditions,watched,sources}.test.ts'],
    least: 85,
  },
  triggers: {
    mutate: [
      'packages/hotpath/src/freshness/{triggers,coverage,catalog,notify}.ts',
      'packages/hotpath/src/install/migration.ts',
    ],
    tests: [
      'packages/hotpath/test/install/migration.test.ts',
      'packages/hotpath/test/freshness/{triggers,coverage}.test.ts',
      'packages/hotpath/test/freshness/{catalog,notify}.test.ts',
    ],
    least: 85,
  },
  follower: {
    mutate: ['packages/hotpath/src/freshness/{follower,log-follower,log,log-connection,log-upkeep}.ts'],
    tests: ['packages/hotpath/test/freshness/follower.test.ts'],
    isSlow: true,
    least: 50,
  },
  entries: {
    mutate: ['packages/hotpath/src/cache/{entry,key,l1,policy,query,rollout,verdict}.ts'],
    tests: ['packages/hotpath/test/cache/{entry,key,policy,query,order,turns,entries}.test.ts'],
    least: 85,
  },
  memory: {
    mutate: ['packages/hotpath/src/cache/{fnv1a,ghost,queue,scan-resistant-cache,share}.ts'],
    tests: ['packages/hotpath/test/cache/scan-resistance.test.ts'],
    least: 85,
  },
  turns: {
    mutate: ['packages/hotpath/src/cache/{breaker,fill-limit,flight,hit-sampler}.ts'],
    tests: ['packages/hotpath/test/cache/{order,turns}.test.ts'],
    least: 85,
  },
  cache: {
    mutate: [
      'packages/hotpath/src/cache/{cache,database-reader,keeper,remote-fill}.ts',
      'packages/hotpath/src/cache/{facts,l2,lease,popular,stats,variants}.ts',
    ],
    tests: ['packages/hotpath/test/cache/{cache,cache-shared,facts,l2,lease,popular,cache-commands}.test.ts'],
    least: 85,
  },
};

/**
 * The scope that mutates a file.
 * @param file may end in a range of lines: `src/plugins/auth/auth.ts:20-40`.
 */
export function scopeOfFile(file: string): string | undefined {
  const [path] = file.split(':') as [string];
  const isIn = ({ mutate }: MutationScope) => mutate.some((pattern) => matchesGlob(path, pattern));
  return Object.keys(scopes).find((name) => isIn(scopes[name]!));
}
