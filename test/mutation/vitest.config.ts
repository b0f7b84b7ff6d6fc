/** As `vitest.config.ts`, for the tests of one scope of mutants, in the order in which the scope names them. */
import { join, matchesGlob, relative } from 'node:path';
import { mergeConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import base from '../../vitest.config.ts';
import { scopes } from './scopes.ts';

const { tests } = scopes[process.env['MUTATION_SCOPE']!]!;

/** A mutant is dropped at the first test that fails, so the fast tests come first. */
class ScopeOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      tests.findIndex((pattern) => matchesGlob(relative(process.cwd(), moduleId), pattern));
    return files.toSorted((one, other) => place(one) - place(other));
  }
}

export default mergeConfig(
  { ...base, test: { ...base.test, include: [] } },
  {
    // The link in node_modules leads to the sources without mutants.
    resolve: { alias: [{ find: /^hotpath\/(.*)$/, replacement: join(process.cwd(), 'packages/hotpath/src/$1.ts') }] },
    test: { include: [...tests], sequence: { sequencer: ScopeOrder } },
  },
);
