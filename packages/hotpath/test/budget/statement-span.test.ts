import { summaryOf } from 'hotpath/budget/statement-span';
import { expect, it } from 'vitest';

it.each([
  ['SELECT ? FROM "public"."users" WHERE id = ?', 'SELECT users'],
  ['WITH "the row" AS ( SELECT * FROM "users" ) SELECT * FROM "the row" JOIN merchants ON ?', 'SELECT users merchants'],
  ['WITH RECURSIVE up(id) AS ( SELECT id FROM projects JOIN up ON ? ) SELECT * FROM up', 'SELECT projects'],
  ['INSERT INTO "public"."orders" (a) VALUES (?) ON CONFLICT (a) DO UPDATE SET a = ?', 'INSERT orders'],
  ['UPDATE inventories SET quantity = ? FROM unnest(?) AS line WHERE ?', 'UPDATE inventories'],
  [
    'SELECT ? FROM products JOIN LATERAL (SELECT ? FROM reviews) AS r ON ? FOR UPDATE OF products',
    'SELECT products reviews',
  ],
  [
    'SELECT ARRAY(SELECT ROW(?) FROM transactions JOIN ( SELECT ? FROM merchants ) AS m ON ?) FROM "a (b" AS "users"',
    'SELECT a (b transactions merchants',
  ],
  ['DELETE FROM ONLY sessions', 'DELETE sessions'],
  ['SELECT count(*) FROM add_jobs(?)', 'SELECT'],
  ['select ?', 'SELECT'],
  ['BEGIN', 'BEGIN'],
  ['', 'STATEMENT'],
])('%s is %s', (text, summary) => {
  expect(summaryOf(text)).toBe(summary);
});
