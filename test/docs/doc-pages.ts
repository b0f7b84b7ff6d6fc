/** The Markdown files of the repository, and what the tests of the documentation read of them. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../../src/dev/home.ts';

/** Paths from the root. */
export const docPages = (...globs: string[]): string[] =>
  globSync(globs, { cwd: PROJECT, exclude: ['**/node_modules/**'] }).sort();

export const ALL_PAGES = [
  '*.md',
  '.github/**/*.md',
  'docs/**/*.md',
  'packages/*/*.md',
  'examples/*/*.md',
  'bench/*.md',
];

export const pageText = (page: string): string => readFileSync(join(PROJECT, page), 'utf8');

export interface FencedBlock {
  readonly page: string;
  /** Where its code begins, from 1. */
  readonly line: number;
  /** Empty if the block names none. */
  readonly language: string;
  readonly code: string;
}

const FENCE = /^(?<indent> *)```(?<language>\w*)\n(?<code>[\s\S]*?)^ *```$/gm;

/** The blocks of code of a page. */
export function fencedBlocks(page: string, text = pageText(page)): FencedBlock[] {
  return [...text.matchAll(FENCE)].map(({ groups, index }) => ({
    page,
    line: text.slice(0, index).split('\n').length + 1,
    language: groups!['language']!,
    code: groups!['code']!.replaceAll(new RegExp(`^${groups!['indent']}`, 'gm'), ''),
  }));
}

/** A page without its blocks of code and comments; its lines keep their numbers. */
export const withoutCode = (text: string): string =>
  text.replaceAll(/^ *```[\s\S]*?^ *```$|<!--[\s\S]*?-->/gm, (found) => '\n'.repeat(found.split('\n').length - 1));
