/**
 * Links from a page to files that the site does not have, such as sources. On the site they lead to the repository that
 * `DOCS_REPOSITORY` names (`https://host/owner/name/blob/main`); without it they are plain text.
 */
import { dirname, join, relative } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { DOCS } from './pages.ts';

type Token = ReturnType<MarkdownRenderer['parse']>[number];

export function linkOutside(markdown: MarkdownRenderer, repository = process.env['DOCS_REPOSITORY']): void {
  markdown.core.ruler.push('outside-links', ({ tokens, env }) => {
    for (const token of tokens) if (token.children) mend(token.children, env.path, repository);
  });
}

function mend(tokens: Token[], page: string, repository: string | undefined): void {
  for (const [index, token] of tokens.entries()) {
    const path = token.type === 'link_open' ? outside(token.attrGet('href') ?? '', page) : undefined;
    if (path === undefined) continue;
    if (repository) token.attrSet('href', `${repository}/${path}`);
    else
      for (const each of [token, closing(tokens, index)]) Object.assign(each, { type: 'text', content: '', tag: '' });
  }
}

/** The path of a link's target from the root of the repository, if the site has no such page. */
function outside(href: string, page: string): string | undefined {
  if (/^(\w+:|#|\/)/.test(href)) return undefined;
  const [file = ''] = href.split('#');
  const target = join(dirname(page), file);
  if (!relative(DOCS, target).startsWith('..') && target.endsWith('.md')) return undefined;
  return relative(join(DOCS, '..'), target);
}

const closing = (tokens: Token[], opening: number): Token =>
  tokens.find((token, index) => index > opening && token.type === 'link_close')!;
