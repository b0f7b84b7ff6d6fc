/** The sentences of a file that people read. */
import { extname } from 'node:path';
import { configurationProse } from './configuration-prose.ts';
import { markdownProse } from './markdown-prose.ts';
import type { Passage } from './passage.ts';
import { sourceProse } from './source-prose.ts';

const SOURCES: readonly string[] = ['.cjs', '.css', '.js', '.sql', '.ts'];

export function proseOf(file: string, text: string): Passage[] {
  const extension = extname(file);
  if (extension === '.md') return markdownProse(text);
  return SOURCES.includes(extension) ? sourceProse(text) : configurationProse(text);
}
