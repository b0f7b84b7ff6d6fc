/** Migrations of triggers: what earlier ones have installed, what changes, and what the text of the next one is. */

import { catalogNames } from 'hotpath/freshness/catalog';
import { functionName } from 'hotpath/freshness/coverage';
import { changesBetween, installedTriggers, migrationText } from 'hotpath/freshness/trigger-migration';
import { dropTriggers } from 'hotpath/freshness/triggers';
import { describe, expect, it } from 'vitest';

const wanted = new Map([
  ['post', 'CREATE post;'],
  ['user', 'CREATE user 2;'],
  ['tag', 'CREATE tag;'],
]);
const installed = new Map([
  ['post', 'CREATE post;'],
  ['user', 'CREATE user 1;'],
  ['order', 'CREATE order;'],
]);

it('changes are what is added, changed and dropped', () => {
  expect(changesBetween(installed, wanted)).toEqual([
    { source: 'user', kind: 'changed' },
    { source: 'tag', kind: 'added' },
    { source: 'order', kind: 'dropped' },
  ]);
  expect(changesBetween(wanted, wanted)).toEqual([]);
});

describe('a migration', () => {
  const text = migrationText(changesBetween(installed, wanted), wanted);

  it('is one transaction that begins a new epoch', () => {
    expect(
      text,
    ).toBe(`-- Written by \`npm run hotpath -- triggers\`: what logs the changes of each table that can be asked for.

BEGIN;

-- The functions take no temporary table for the log.
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', false);

-- Triggers: user

CREATE user 2;

-- Triggers: tag

CREATE tag;

-- No triggers: order

DROP FUNCTION "log_order"() CASCADE;

-- Epoch: new

DELETE FROM "invalidation_epoch";

COMMIT;
`);
    expect(dropTriggers('order')).toBe('DROP FUNCTION "log_order"() CASCADE;');
  });

  it('installs what it says, after all that went before', () => {
    const first = migrationText(changesBetween(new Map(), installed), installed);
    expect(installedTriggers([first])).toEqual(installed);
    expect(installedTriggers(['CREATE TABLE x ();', first, text])).toEqual(wanted);
    expect(installedTriggers([])).toEqual(new Map());
    expect(installedTriggers(['SELECT 1; -- Triggers: post\nno section'])).toEqual(new Map());
  });
});

describe('the name of a function', () => {
  it('is cut where PostgreSQL would cut it, and told from its like', () => {
    expect(functionName('post')).toBe('log_post');
    expect(functionName('x'.repeat(59))).toBe(`log_${'x'.repeat(59)}`);
    const [one, other] = [functionName(`${'x'.repeat(60)}a`), functionName(`${'x'.repeat(60)}b`)];
    expect([one.length, other.length, one === other]).toEqual([63, 63, false]);
    expect(one).toMatch(new RegExp(`^log_${'x'.repeat(48)}_[0-9a-f]{10}$`));
  });
});

it('the catalog of nothing that is watched has no names', () => {
  expect(catalogNames(undefined)).toEqual({ relations: [], functions: [] });
});
