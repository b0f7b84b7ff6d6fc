/** Each exported name, and each SQLSTATE of the library, is defined once, so that a search for it finds one thing. */
import { expect, it } from 'vitest';
import { docPages, pageText } from './doc-pages.ts';

const SOURCES = '{packages/hotpath/{src,scripts},src,bench,prisma/{seed,schema-engine}}/**/*.ts';
/** Tables of a peer have the names of the database. */
const OF_OTHERS = /\/peers\/drizzle-schema\.ts$/;
const EXPORT = /^export (?:declare )?(?:abstract )?(?:async )?(?:const|function\*?|class|interface|type|enum) (\w+)/gm;

it('is the only one of its name', () => {
  const files = new Map<string, Set<string>>();
  for (const file of docPages(SOURCES).filter((path) => !OF_OTHERS.test(path))) {
    for (const [, name] of pageText(file).matchAll(EXPORT)) files.set(name!, (files.get(name!) ?? new Set()).add(file));
  }
  expect(files.size).toBeGreaterThan(1000);
  const twice = [...files].filter(([, places]) => places.size > 1).map(([name, places]) => [name, ...places]);
  expect(twice).toEqual([]);
});

const SQLSTATE = /'(?=\d)([0-9A-Z]{5})'/g;

it('is the only name of its SQLSTATE', () => {
  const files = new Map<string, Set<string>>();
  for (const file of docPages('packages/hotpath/src/**/*.ts')) {
    for (const [, code] of pageText(file).matchAll(SQLSTATE))
      files.set(code!, (files.get(code!) ?? new Set()).add(file));
  }
  expect(files.get('42501')).toEqual(new Set(['packages/hotpath/src/session/error-codes.ts']));
  expect([...files].filter(([, places]) => places.size > 1)).toEqual([]);
});
