/** The documentation as a site: `npm run docs:build`, `npm run docs:dev`. A link to a missing page fails the build. */
import { globSync } from 'node:fs';
import { defineConfig } from 'vitepress';
import { anchorOf } from './anchors.ts';
import { linkOutside } from './outside-links.ts';
import { DOCS, GROUPS, titleOf } from './pages.ts';

const item = (page: string) => ({ text: titleOf(page), link: `/${page}` });
const decisions = globSync('decisions/[0-9]*.md', { cwd: DOCS }).sort();

export default defineConfig({
  title: 'Hotpath',
  description: 'Compiled reads, budgets, and a cache that is never stale, for Prisma on PostgreSQL.',
  cacheDir: '../.hotpath/vitepress',
  outDir: '../.hotpath/site',
  cleanUrls: true,
  ignoreDeadLinks: 'localhostLinks',
  rewrites: { 'decisions/README.md': 'decisions/index.md' },
  markdown: { config: linkOutside, anchor: { slugify: anchorOf } },
  themeConfig: {
    search: { provider: 'local' },
    nav: [
      { text: 'Quick start', link: '/guides/quick-start' },
      { text: 'Reference', link: '/reference/options' },
      { text: 'Operating', link: '/operating/package' },
      { text: 'Decisions', link: '/decisions/' },
    ],
    sidebar: [
      ...GROUPS.map(({ text, pages }) => ({ text, items: pages.map(item) })),
      {
        text: 'Decisions',
        link: '/decisions/',
        collapsed: true,
        items: decisions.map((file) => item(file.replace('.md', ''))),
      },
    ],
  },
});
