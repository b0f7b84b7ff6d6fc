import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { splitStatements } from '../../prisma/schema-engine/statements.ts';
import { adminUrl } from '../support/database.ts';

/** Each is one statement, though it contains a semicolon. */
const whole: Record<string, string> = {
  'a literal': `SELECT 'a;b', 'it''s;', '\\';`,
  'a literal with escapes': `SELECT E'a\\';b', e'\\\\', ';';`,
  'a literal with escapes that goes on in the next line': `SELECT E'a' -- ';\n  'b\\';c';`,
  'a literal after a word that ends with e': `SELECT date'2000-01-01', name'\\', ';';`,
  'a name': `SELECT 1 AS "a;""b;";`,
  'dollar quotes': `SELECT $$;$$, $a$ ; $$ ; $b$ $a$, $é1$;$$;$é1$;`,
  'no dollar quote in a name': `SELECT 1 AS a$b, 2 AS a$$b;`,
  'a comment': `SELECT 1 -- it's ; "\n + 2;`,
  'a nested comment': `SELECT /* ; /* ; */ ' ; */ 3;`,
  'a comment that follows an operator': `SELECT 1 +-- ;\n 2 */* ; */ 3;`,
  parentheses: `CREATE RULE r AS ON INSERT TO pg_temp.t DO ALSO (SELECT 1; SELECT ')'; SELECT 2);`,
  'an SQL body': `CREATE OR REPLACE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql
BEGIN ATOMIC SELECT CASE WHEN true THEN (CASE 1 WHEN 1 THEN 2 END) END AS end; SELECT 2; END;`,
  'the body of a procedure': `CREATE PROCEDURE pg_temp."begin atomic"() begin atomic INSERT INTO t VALUES (1); END;`,
};

/** PostgreSQL prepares one statement, and refuses several before it reads any. */
const SEVERAL = /cannot insert multiple commands into a prepared statement/;

describe('splitStatements', () => {
  for (const [what, statement] of Object.entries(whole)) {
    it(`keeps a statement with ${what} whole, as PostgreSQL does`, async () => {
      const texts = splitStatements(`${statement}\nSELECT 'next';${statement}`).map(({ text }) => text);
      expect(texts).toEqual([statement, `\nSELECT 'next';`, statement]);
      expect(await isOneStatement(statement)).toBe(true);
      expect(await isOneStatement(`${statement} SELECT 1`)).toBe(false);
    });
  }

  it('returns each statement with its preceding comments, its place and its first words', () => {
    const script = `-- ü\ncreate index concurrently\n"a" on t (a);;\n/* b */ ; Drop "x";`;
    expect(splitStatements(script)).toEqual([
      {
        text: `-- ü\ncreate index concurrently\n"a" on t (a);`,
        start: 0,
        first: 5,
        words: words('CREATE INDEX CONCURRENTLY ON'),
      },
      { text: ` Drop "x";`, start: script.indexOf(' Drop'), first: script.indexOf('Drop'), words: ['DROP'] },
    ]);
  });

  it('ends statements at a semicolon after a BEGIN that does not start an SQL body', () => {
    const script = 'BEGIN; CREATE FUNCTION begin() RETURNS int RETURN 1; SELECT 1 AS atomic; END; SELECT 2';
    expect(splitStatements(script)).toHaveLength(5);
  });

  it('finds no statement in a text without one', () => {
    for (const script of ['', ' \r\n\t', '-- only\r\n/* comments; */', ';;\n;']) {
      expect(splitStatements(script)).toEqual([]);
    }
  });

  it('extends an unclosed token to the end of the script', () => {
    for (const open of [`'a;`, `E'a\\';`, '"a;', '$$a;', '(a;', '/* a;', 'a -- b;']) {
      expect(splitStatements(`SELECT 1; SELECT ${open} SELECT 2;`).map(({ text }) => text)).toEqual([
        'SELECT 1;',
        ` SELECT ${open} SELECT 2;`,
      ]);
    }
  });

  it('reads a script of megabytes in one pass', () => {
    const row = `INSERT INTO t VALUES ('${"it''s; ".repeat(100)}', $$;$$); -- ;\n`;
    expect(splitStatements(row.repeat(10_000))).toHaveLength(10_000);
    expect(splitStatements(`SELECT '${"it''s; ".repeat(1_000_000)}', E'${"\\'; ".repeat(1_000_000)}'`)).toHaveLength(1);
  });
});

const words = (text: string) => text.split(' ');

async function isOneStatement(text: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: adminUrl() });
  await client.connect();
  const error = await client.query({ name: 'one', text }).catch((each: Error) => each);
  await client.end();
  if (error instanceof Error && /syntax error|unterminated/.test(error.message)) throw error;
  return !(error instanceof Error && SEVERAL.test(error.message));
}
