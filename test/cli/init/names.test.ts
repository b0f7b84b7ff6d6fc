/** The names that `hotpath init` chooses, and the field names that it takes for secrets. */
import { constantsFor, pathsFor } from 'hotpath/cli/init/names';
import { looksSecret } from 'hotpath/cli/init/secret-names';
import { expect, it } from 'vitest';

it.each([
  ...['password', 'passwordHash', 'password_hash', 'hashedPassword', 'PASSWORD', 'userpassword', 'salt', 'pwd', 'hash'],
  ...['token', 'refreshToken', 'access_token', 'resetTokenHash', 'apiKey', 'api_key', 'APIKey', 'apikey', 'privateKey'],
  ...['secret', 'clientSecret', 'totp_secret', 'otp', 'pin', 'cardPin', 'ssn', 'iban', 'cvv', 'cardNumber', 'taxId'],
  ...['recoveryCodes', 'backup_codes', 'credentials', 'verificationCode', 'creditCard', 'jwt', 'oauth2Token'],
])('%s looks secret', (name) => {
  expect(looksSecret(name)).toBe(true);
});

it.each([
  ...['id', 'name', 'email', 'pinned', 'spinner', 'hashtag', 'tokenizer', 'salty', 'passenger', 'compass', 'key'],
  ...['keyword', 'accountId', 'cardId', 'number', 'code', 'opinion', 'shipping', 'dispatch', 'cookies_enabled_at'],
])('%s does not', (name) => {
  expect(looksSecret(name)).toBe(false);
});

it('gives each model a distinct name that a module may have', () => {
  const models = [
    'User',
    'blog_posts',
    'URL',
    'HTTPLog',
    'class',
    'Class',
    'Model',
    'Json1',
    'json1',
    'nobody',
    'A_B',
    'AB',
    'aB',
  ];
  const names = constantsFor(models);
  expect(Object.fromEntries(names)).toEqual({
    User: 'user',
    blog_posts: 'blogPosts',
    URL: 'url',
    HTTPLog: 'hTTPLog',
    class: 'classResource',
    Class: 'Class',
    Model: 'modelResource',
    Json1: 'json1',
    json1: 'json1Resource',
    nobody: 'nobodyResource',
    A_B: 'aB',
    AB: 'ab',
    aB: 'aBResource',
  });
});

it('gives each resource a distinct path in the plural', () => {
  const paths = pathsFor([
    'category',
    'box',
    'address',
    'user',
    'users',
    'day',
    'blogPost',
    'news',
    'classResource',
    'match',
  ]);
  expect([...paths.values()]).toEqual([
    ...[
      '/categories',
      '/boxes',
      '/addresses',
      '/users',
      '/users2',
      '/days',
      '/blog-posts',
      '/news',
      '/classes',
      '/matches',
    ],
  ]);
});
