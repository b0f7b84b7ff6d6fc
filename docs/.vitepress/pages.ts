/** The order of the pages in the site. A test compares it with the files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const DOCS = join(import.meta.dirname, '..');

export interface PageGroup {
  readonly text: string;
  /** Paths from `docs`, without the extension. */
  readonly pages: readonly string[];
}

export const GROUPS: readonly PageGroup[] = [
  { text: 'Start', pages: ['architecture', 'glossary', 'troubleshooting'] },
  {
    text: 'Guides',
    pages: [
      'guides/quick-start',
      'guides/resources',
      'guides/policies',
      'guides/caching',
      'guides/writes',
      'guides/own-server',
      'guides/testing',
      'guides/tracing',
      'guides/inspector',
      'guides/replay',
      'guides/advisor',
      'guides/n-plus-one-guard',
      'guides/prisma-alone',
      'guides/command-line',
      'guides/api',
      'guides/add-a-resource',
      'guides/prisma-8',
    ],
  },
  {
    text: 'Reference',
    pages: [
      'reference/options',
      'reference/exports',
      'reference/commands',
      'reference/configuration',
      'reference/errors',
      'reference/freshness',
      'reference/recordings',
      'reference/releases',
    ],
  },
  {
    text: 'Operating',
    pages: [
      'operating/package',
      'operating/deploy',
      'operating/operate',
      'operating/growing',
      'operating/jobs',
      'operating/security',
      'observability',
    ],
  },
];

/** The first heading of a page, without marks of code. */
export function titleOf(page: string): string {
  const [, title] = /^# (.+)$/m.exec(readFileSync(join(DOCS, `${page}.md`), 'utf8')) ?? [];
  if (!title) throw new Error(`docs/${page}.md has no heading.`);
  return title.replaceAll('`', '');
}
