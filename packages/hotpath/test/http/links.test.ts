import { attachment } from 'hotpath/http/attachment';
import { surrogateKey } from 'hotpath/http/cache-headers';
import { headerUri, nextLink, uri } from 'hotpath/http/links';
import { describe, expect, it } from 'vitest';

/** Texts that a column may contain. Only a program can make NUL or half of a surrogate pair. */
const HOSTILE = [
  ['a quote', 'a"b'],
  ['line breaks', 'a\r\nset-cookie: b=c'],
  ['NUL', 'a\0b'],
  ['an end of a URI', '>; rel="x", <b'],
  ['no Latin', 'ключ 日本 🗝'],
  ['Latin-1', 'schön'],
  ['half of a surrogate pair', 'a\ud800b'],
  ['percent signs', '100% %0d%0a'],
  ['a backslash and slashes', '..\\..//x'],
  ['blanks and commas', ' a, b;c ?d#e '],
  ['10,000 characters', 'ü'.repeat(10_000)],
] as const;

/** Characters that a header may contain. */
const VISIBLE = /^[\x20-\x7e]*$/;

describe.each(HOSTILE)('a text with %s', (_name, text) => {
  it('is one part of a path, and comes back from it', () => {
    const path = uri`/v1/tags/${text}/items/${7}`;
    expect(path).toMatch(/^\/v1\/tags\/[^/]*\/items\/7$/);
    expect(decodeURIComponent(path.split('/')[3]!)).toBe(text.toWellFormed());
    expect(headerUri(path)).toBe(path);
  });

  it('cannot end Location or Link', () => {
    for (const header of [headerUri(`/v1/${text}`), nextLink(`/v1/${text}?a=${text}`, 'cursor')]) {
      expect(header).toMatch(VISIBLE);
    }
    expect(headerUri(text)).not.toMatch(/[\s"<>\\]/);
    expect(nextLink(`/v1/${text.replaceAll('?', '')}`, 'cursor')).toMatch(/^<[^<>\s"]+\?after=cursor>; rel="next"$/);
  });

  it('is one tag, or its table', () => {
    const header = surrogateKey(['plain:7', `tag:${text}`]);
    expect(header).toMatch(VISIBLE);
    const tags = header.split(' ').map(decodeURI);
    expect(tags).toEqual(text.length > 1000 ? ['plain', 'tag'] : ['plain:7', `tag:${text.toWellFormed()}`]);
  });

  it('is the name of a file, in ASCII and as it is', () => {
    const header = attachment(`${text}.csv`);
    expect(header.length).toBeLessThan(2000);
    const [, plain, whole] = /^attachment; filename="([ !#-[\]-~]*)"(?:; filename\*=UTF-8''([\w.!#$&+^`|~%-]*))?$/.exec(
      header,
    )!;
    const name = whole === undefined ? plain : decodeURIComponent(whole);
    const wanted = text.toWellFormed().replace(/[\0\r\n/\\]/g, '_');
    expect(name).toBe([...`${wanted}.csv`].slice(0, 150).join(''));
  });
});

it('keeps plain characters', () => {
  expect(attachment('report-7.csv')).toBe('attachment; filename="report-7.csv"');
  expect(headerUri('/v1/orders/7')).toBe('/v1/orders/7');
  expect(headerUri('/v1/a%2Fb')).toBe('/v1/a%2Fb');
  expect(surrogateKey(['product:7', 'permission:3,9', 'product?categoryId=7'])).toBe(
    'product:7 permission:3,9 product?categoryId=7',
  );
  expect(surrogateKey(['_keeper tags?A=1', `x:${'y'.repeat(5000)}`])).toBe('_keeper%20tags x');
});

it.each([
  [
    '/v1/products?name[contains]=Why?&status=active&limit=2',
    { 'name[contains]': 'Why?', status: 'active', limit: '2' },
  ],
  ['/v1/products?a=?b=?&after=old', { a: '?b=?' }],
  ['/v1/products', {}],
])('links from %j to the next page with all its parameters', (url, parameters) => {
  const [, link] = /^<([^>]+)>; rel="next"$/.exec(nextLink(url, 'cursor'))!;
  const { pathname, searchParams } = new URL(link!, 'http://x');
  expect([pathname, Object.fromEntries(searchParams)]).toEqual(['/v1/products', { ...parameters, after: 'cursor' }]);
});
