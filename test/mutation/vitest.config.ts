/** The tests of one scope of mutants, in the order of the scope, with the options of `vitest.config.ts`. */
import { join, matchesGlob, relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import manifest from '../../packages/hotpath/package.json' with { type: 'json' };
import { options, SERVER_SETUP } from '../../vitest.config.ts';
import { scopes } from './scopes.ts';

const { tests } = scopes[process.env['MUTATION_SCOPE']!]!;

/** The first failing test ends a mutant, so the fast tests come first. */
class ScopeOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      tests.findIndex((pattern) => matchesGlob(relative(process.cwd(), moduleId), pattern));
    return files.toSorted((one, other) => place(one) - place(other));
  }
}

/**
 * The entries of the library as files of the working copy, since the link in node_modules leads to sources without mutants.
 */
function sourcesOfLibrary(): { find: RegExp; replacement: string }[] {
  return Object.entries(manifest.exports).map(([entry, source]) => ({
    find: new RegExp(`^${entry.replace('.', 'hotpath').replace('*', '(.*)')}$`),
    replacement: join(process.cwd(), 'packages/hotpath', source.replace('*', '$1')),
  }));
}

export default defineConfig({
  resolve: { alias: sourcesOfLibrary() },
  test: { ...options, globalSetup: SERVER_SETUP, include: [...tests], sequence: { sequencer: ScopeOrder } },
});
