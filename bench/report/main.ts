/**
 * `npm run bench:report [-- FILE]`: makes bench/report.html and the README's table of the document that the repository
 * shows, bench/results.json. With a file, that becomes the document that is shown.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../../src/dev/home.ts';
import { type Document, readDocument, writeDocument } from '../support/document.ts';
import { pageOf } from './page.ts';
import { readmeWith } from './readme.ts';

export const RESULTS = join(PROJECT, 'bench', 'results.json');
export const REPORT = join(PROJECT, 'bench', 'report.html');
export const README = join(PROJECT, 'README.md');

function publish(document: Document): void {
  writeFileSync(REPORT, pageOf(document));
  writeFileSync(README, readmeWith(readFileSync(README, 'utf8'), document));
}

if (import.meta.main) {
  const file = process.argv[2];
  if (file !== undefined) {
    if (!existsSync(file)) throw new Error(`There is no ${file}.`);
    writeDocument(RESULTS, readDocument(file));
  }
  publish(readDocument(RESULTS));
  process.stdout.write('Written: bench/report.html, and the table in README.md.\n');
}
