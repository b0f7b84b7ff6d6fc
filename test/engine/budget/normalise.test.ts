import fc from 'fast-check';
import { isTransactionControl, normalise } from 'hotpath/budget/normalise';
import { describe, expect, it } from 'vitest';

describe('a normalised statement', () => {
  it.each([
    ['select * from t where id = 7', 'select * from t where id = ?'],
    ['select * from t where id = $12', 'select * from t where id = ?'],
    ["select 'it''s', \"col 1\" from t1", 'select ?, "col 1" from t1'],
    ['select 1 where a in ($1, $2,$3)', 'select ? where a in (?)'],
    ['select 1 where a in ($1::int, $2::int)', 'select ? where a in (?)'],
    ["/* traceparent='00-ab' */ select a -- why\n from t", 'select a from t'],
    ['select  a\n\tfrom t', 'select a from t'],
    ['select x2, a.b3 from t4 limit 10 offset 2.5', 'select x2, a.b3 from t4 limit ? offset ?'],
    ['select "a""$1" from t where b = -5', 'select "a""$1" from t where b = ?'],
  ])('%s is %s', (text, normalised) => {
    expect(normalise(text)).toBe(normalised);
  });

  it('is the same for any values, and for any number of them in a list', () => {
    const value = fc.oneof(
      fc.integer().map(String),
      fc.string().map((text) => `'${text.replaceAll("'", "''")}'`),
      fc.nat(99).map((n) => `$${n + 1}`),
    );
    const statement = fc
      .array(value, { minLength: 1, maxLength: 5 })
      .map((values) => `select a from t where b in (${values.join(', ')}) and c = ${values[0]}`);
    fc.assert(
      fc.property(statement, (text) => {
        expect(normalise(text)).toBe('select a from t where b in (?) and c = ?');
      }),
    );
  });

  it('tells the frame of a transaction from what is in it', () => {
    expect(
      ['BEGIN', ' commit', 'ROLLBACK TO SAVEPOINT a', 'savepoint a', 'start transaction read only'].every(
        isTransactionControl,
      ),
    ).toBe(true);
    expect(
      ['select 1', 'beginning', 'with a as (select 1) select * from a', 'insert into commits values (1)'].some(
        isTransactionControl,
      ),
    ).toBe(false);
  });
});
