/** Each test file is in the project that has what it needs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { PROJECT } from '../../src/dev/home.ts';
import { needsServer, testFiles, unitTests } from './test-projects.ts';

const unit = unitTests();

it('puts a test without a server into the project unit', () => {
  expect(unit).toContain('test/support/test-projects.test.ts');
  expect(unit).toContain('packages/hotpath/test/resource/select.test.ts');
  expect(inject('postgres')).toBeUndefined();
});

it('follows what a test imports', () => {
  expect(needsServer('test/support/database.test.ts')).toBe(true);
  expect(needsServer('test/domain/payments/dashboard.test.ts')).toBe(true);
  expect(needsServer('packages/hotpath/test/resource/value.test.ts')).toBe(true);
});

it('lets no unit test ask for a database', () => {
  const opening = unit.filter((file) => /useApp\(|scratchDatabase\(/.test(readFileSync(join(PROJECT, file), 'utf8')));
  expect(opening).toEqual([]);
  expect(unit.length).toBeLessThan(testFiles().length);
});
