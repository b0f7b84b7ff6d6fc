import { requestWithoutSecrets, tagWithoutValue, urlWithoutSecrets, withoutSecrets } from 'hotpath/inspector/secrets';
import { shownValue, withoutLiterals } from 'hotpath/inspector/shown-values';
import { describe, expect, it } from 'vitest';

describe('the inspector', () => {
  it.each([
    ['authorization', 'Bearer abc'],
    ['proxy-authorization', 'Basic abc'],
    ['cookie', 'sid=abc'],
    ['set-cookie', 'sid=abc'],
    ['x-api-key', 'abc'],
    ['x-csrf-token', 'abc'],
    ['x-amz-signature', 'abc'],
  ])('keeps no value of the header %s', (name, value) => {
    expect(withoutSecrets({ [name]: value })).toEqual({ [name]: '[hidden]' });
  });

  it('keeps the other headers, and a list of values as one text', () => {
    const headers = { 'consistency-token': '1:2:@a', vary: ['a', 'b'], 'content-length': 7, none: undefined };
    expect(withoutSecrets(headers)).toEqual({
      'consistency-token': '1:2:@a',
      vary: 'a, b',
      'content-length': '7',
    });
  });

  it('keeps no secret in the URL of a header', () => {
    const headers = {
      referer: 'https://a.example/b?token=abc',
      location: '/c?sig=abc',
      link: '</d?page=2>; rel="next"',
    };
    expect(withoutSecrets(headers)).toEqual({
      referer: 'https://a.example/b?token=[hidden]',
      location: '/c?sig=[hidden]',
      link: '</d?page=2>; rel="next"',
    });
  });

  it.each([
    ['/files/1?expires=7&signature=abc', '/files/1?expires=7&signature=[hidden]'],
    ['/login?access_token=abc#x', '/login?access_token=[hidden]#x'],
    ['/a?password=p&fields=id', '/a?password=[hidden]&fields=id'],
    ['/a?fields=id,name&limit=5', '/a?fields=id,name&limit=5'],
    ['/a?token=abc\nuser\n7', '/a?token=[hidden]\nuser\n7'],
    ['/a?code=abc&x-api-key=abc&sessionId=abc', '/a?code=[hidden]&x-api-key=[hidden]&sessionId=[hidden]'],
    ['/a?keyword=a&authorId=7&postcode=8000&tokens=3', '/a?keyword=a&authorId=7&postcode=8000&tokens=3'],
    ['/token/abc', '/token/abc'],
    ['/a?apiKey[in]=abc&b[]=1', '/a?apiKey[in]=[hidden]&b[]=1'],
    ['/a?token%5Bin%5D=abc&%74oken=abc&%zz=1', '/a?token%5Bin%5D=[hidden]&%74oken=[hidden]&%zz=1'],
    ['/a?user[password]=abc&user[name]=ada', '/a?user[password]=[hidden]&user[name]=ada'],
    ['/a?token=a=b?c&d=e', '/a?token=[hidden]&d=e'],
    ['/a?next=/b?x=1?token=abc&c=d', '/a?next=/b?x=1?token=[hidden]&c=d'],
    ['/a#access_token=abc', '/a#access_token=[hidden]'],
    ['/a?token', '/a?token'],
  ])('keeps of the URL %j no secret in its parameters', (url, kept) => {
    expect(urlWithoutSecrets(url)).toBe(kept);
  });

  it.each(['?', '&', '?a', '&a=', '#', '=', '[', '[a]', '%', '%74', '&%='])(
    'takes time that grows with the URL and no faster, for %j',
    (text) => {
      // Minutes, if each character costs a look at all that follow.
      const url = `/a?${text.repeat(1_000_000)}`;
      expect(urlWithoutSecrets(`${url}&token=abc`)).toBe(`${url}&token=[hidden]`);
    },
  );

  it.each([
    ['/invitations/:token', { token: 'a b/c' }, '/invitations/a%20b%2Fc?x=1', '/invitations/[hidden]?x=1'],
    ['/v1/teams/:id/:accessKey', { id: '1', accessKey: '1' }, '/v1/teams/1/1', '/v1/teams/[hidden]/[hidden]'],
    ['/codes/:codeToken.json', { codeToken: 'abc' }, '/codes/abc.json', '/codes/[hidden]'],
    ['/codes/:codeToken', { codeToken: 100 }, '/codes/1e2?code=7', '/codes/:codeToken?code=[hidden]'],
    ['/countries/:code', { code: 'de' }, '/countries/de', '/countries/de'],
    ['/users/:id', { id: 'abc' }, '/users/abc', '/users/abc'],
    ['', undefined, '/nowhere/abc', '/nowhere/abc'],
  ])('keeps of a request to %j no secret in its path', (route, parameters, url, kept) => {
    expect(requestWithoutSecrets({ url, route, parameters }).url).toBe(kept);
  });
});

describe('a tag', () => {
  it.each([
    ['user?email=ada@example.org', 'user?email=…'],
    ['user?name=a=7', 'user?name=…'],
    ['product?categoryId=7', 'product?categoryId=7'],
    ['post?authorId=0b1a9f6e-6f0e-4a44-8a55-5d6b7c8d9e0f', 'post?authorId=0b1a9f6e-6f0e-4a44-8a55-5d6b7c8d9e0f'],
    ['product?a=*', 'product?a=*'],
    ['user:7', 'user:7'],
    ['user', 'user'],
  ])('%s is kept as %s', (tag, kept) => {
    expect(tagWithoutValue(tag)).toBe(kept);
  });
});

describe('a statement without its literals', () => {
  it.each([
    [`SELECT * FROM a WHERE b = 'it''s' AND c = $1 LIMIT 5`, 'SELECT * FROM a WHERE b = ? AND c = $1 LIMIT ?'],
    [
      `SELECT "it's 5" FROM t1 WHERE e = E'\\'x' -- 'a'\nAND f = -1.5`,
      `SELECT "it's 5" FROM t1 WHERE e = ? \nAND f = ?`,
    ],
    ['SELECT $tag$ secret $tag$, 1::int /* 2 */', 'SELECT ?, ?::int '],
    ["SELECT 'cut of", 'SELECT ?'],
  ])('%j', (text, shown) => {
    expect(withoutLiterals(text)).toBe(shown);
  });

  it('shows a value in SQL notation, and a long one in part', () => {
    const values = [null, undefined, 7, 'a"b', new Date(0), Buffer.from('abc'), [1, 'x'], true];
    const shown = ['NULL', 'NULL', '7', '"a\\"b"', '1970-01-01T00:00:00.000Z', '3 bytes', '[1,"x"]', 'true'];
    expect(values.map(shownValue)).toEqual(shown);
    expect(shownValue('x'.repeat(1000))).toHaveLength(501);
  });
});
