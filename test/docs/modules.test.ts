/** Each module opens with a comment that says what it is: at its top, or at its first declaration after the imports. */
import { expect, it } from 'vitest';
import { docPages, pageText } from './doc-pages.ts';

const MODULES = docPages('{packages/hotpath/{src,scripts},src,bench,prisma/{seed,schema-engine}}/**/*.ts');
const IMPORTS = /^(?:#!.*\n|import\b[^;]*;\n|\s+)*/;

it('has a comment in each module', () => {
  expect(MODULES.length).toBeGreaterThan(500);
  expect(MODULES.filter((module) => !/^\/[/*]/.test(pageText(module).replace(IMPORTS, '')))).toEqual([]);
});
