import fc from 'fast-check';
import { isSessionControl, normalise } from 'hotpath/budget/normalise';
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
    ["select E'it\\'s', e'\\\\' from t where b = 'x'", 'select ?, ? from t where b = ?'],
    ['select $$a secret$$, $tag$of $$ two$tag$ from t', 'select ?, ? from t'],
    ["select 1 from t where b = 'cut off", 'select ? from t where b = ?'],
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

  it('is made from the start of a long text, without its values', () => {
    const rows = Array.from({ length: 5000 }, (_, n) => `(${n}, 'secret ${n}')`);
    const normalised = normalise(`insert into t values ${rows.join(', ')}`);
    expect(normalised).toMatch(/^insert into t values \(\?\), /);
    expect(normalised).not.toContain('secret');
    expect(normalised.length).toBeLessThan(20_000);
  });

  it('distinguishes the frame of a transaction from its statements', () => {
    expect(
      [
        'BEGIN',
        ' commit',
        'ROLLBACK TO SAVEPOINT a',
        'savepoint a',
        'start transaction read only',
        'END',
        'abort;',
        '/* app */ -- why\n begin',
        'SET LOCAL app.tenant = 7',
        'reset all',
        "SELECT set_config('app.tenant', $1, TRUE) AS tenant",
      ].every(isSessionControl),
    ).toBe(true);
    expect(
      [
        'select 1',
        'beginning',
        'with a as (select 1) select * from a',
        'insert into commits values (1)',
        'begin; select 1',
        "select set_config('a', $1, true), id from t",
        'settle',
        'set a = 1; delete from t',
      ].some(isSessionControl),
    ).toBe(false);
  });
});
