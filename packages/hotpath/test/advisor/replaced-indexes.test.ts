/** Which existing indexes a new one makes superfluous. */
import { ReplacedIndexes } from 'hotpath/advisor/indexes/replaced-indexes';
import { expect, it } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { onDatabase } from '../../../../test/support/on-database.ts';

const INDEXES = `
  CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, city text COLLATE "C" NOT NULL);
  CREATE INDEX by_name ON people (name);
  CREATE INDEX by_name_down ON people (name DESC);
  CREATE INDEX by_name_in_bytes ON people (name COLLATE "C");
  CREATE INDEX by_name_for_like ON people (name text_pattern_ops);
  CREATE INDEX by_city ON people (city);
  CREATE INDEX by_city_otherwise ON people (city COLLATE "POSIX");
  CREATE INDEX by_some_names ON people (name) WHERE id > 7;
  CREATE UNIQUE INDEX by_name_alone ON people (name)`;

it.each([
  ['name', ['by_name']],
  ['city', ['by_city']],
])(
  'a new index that begins with %s replaces those with its order, collation and operators',
  async (column, replaced) => {
    const existing = await onDatabase(await scratchDatabase('empty'), async (client) => {
      await client.query(INDEXES);
      return ReplacedIndexes.read(client);
    });
    const columns = [column, 'id'].map((name) => ({ column: name, descending: false }));
    expect(existing.by({ schema: 'public', table: 'people', method: 'btree', columns, include: [] })).toEqual(replaced);
  },
);
