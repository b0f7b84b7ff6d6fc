/** As `vitest.config.ts`, for the tests of one scope of mutants. */
import { mergeConfig } from 'vitest/config';
import base from '../../vitest.config.ts';
import { scopes } from './scopes.ts';

const { tests } = scopes[process.env['MUTATION_SCOPE']!]!;

export default mergeConfig({ ...base, test: { ...base.test, include: [] } }, { test: { include: [...tests] } });
