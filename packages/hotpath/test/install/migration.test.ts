/** The next migration: the contents of earlier ones, the missing parts, and its text. */
import { relationNames } from 'hotpath/freshness/catalog';
import { stopLogging, triggersFor } from 'hotpath/freshness/triggers';
import { watch } from 'hotpath/freshness/watched';
import { LATEST_VERSION } from 'hotpath/install/latest-version';
import { broughtBy, migrationFor } from 'hotpath/install/migration';
import { PREPARE_SCHEMA, SCHEMA_VERSIONS } from 'hotpath/install/schema-versions';
import { everything } from 'hotpath/resource/policy';
import { Registry } from 'hotpath/resource/registry';
import { describe, expect, it } from 'vitest';
import { splitStatements } from '../../../../prisma/schema-engine/statements.ts';
import { zooDataModel, zooResource } from '../../../../test/support/zoo.ts';

const policy = everything('user');
const tag = zooResource('Tag', { name: 'tag', fields: ['slug'], defaultFields: 'slug', sort: 'slug', policy });
const keeper = zooResource('Keeper', { name: 'keeper', fields: ['id'], defaultFields: 'id', sort: 'id', policy });

function registryOf(...resources: (typeof tag)[]): Registry {
  const registry = new Registry(zooDataModel);
  registry.add(...resources);
  return registry;
}

const next = (migrationTexts: string[], ...resources: (typeof tag)[]) =>
  migrationFor({ migrationTexts, registry: registryOf(...resources) });

describe('the first migration', () => {
  const { changes, text } = next(['CREATE TABLE x ();'], tag)!;

  it('contains every version of the schema, and the triggers', () => {
    const versions = SCHEMA_VERSIONS.map(({ version, title }) => `schema hotpath, version ${version}: ${title}`);
    expect(changes).toEqual([...versions, 'tag'].map((what) => ({ kind: 'added', what })));
    expect(versions[0]).toBe('schema hotpath, version 1: tables and functions');
    expect(text).toContain(PREPARE_SCHEMA);
  });

  it('is one transaction that begins a new epoch', () => {
    const words = splitStatements(text).map(({ words: [word] }) => word);
    expect([words[0], words.at(-2), words.at(-1)]).toEqual(['BEGIN', 'DELETE', 'COMMIT']);
    expect(text.startsWith('-- Written by `hotpath migration`')).toBe(true);
  });

  it('contains everything, so that nothing is missing after it', () => {
    expect(broughtBy([text]).triggers).toEqual(triggersFor(watch(registryOf(tag))));
    expect([...broughtBy([text]).versions]).toEqual(SCHEMA_VERSIONS.map(({ version }) => version));
    expect(next([text], tag)).toBeUndefined();
    expect(next([text.replaceAll('\n', '\r\n')], tag)).toBeUndefined();
  });
});

describe('a later migration', () => {
  const first = next([], tag, keeper)!.text;

  it('contains the changes, and nothing else', () => {
    const wider = zooResource('Tag', {
      name: 'tag',
      fields: ['slug', 'label'],
      defaultFields: 'slug',
      sort: 'slug',
      policy,
    });
    const { changes, text } = next([first], wider)!;
    expect(changes).toEqual([
      { kind: 'changed', what: 'tag' },
      { kind: 'dropped', what: 'keeper' },
    ]);
    expect(text).not.toContain(PREPARE_SCHEMA);
    expect(text).toContain('-- Hotpath no triggers: keeper\n\nSELECT "hotpath"."stop_logging"(');
    expect(next([first, text], wider)).toBeUndefined();
    expect(next([first, text], wider, keeper)!.changes).toEqual([{ kind: 'added', what: 'keeper' }]);
  });

  it('contains a missing version of the schema', () => {
    const old = first.replace('-- Hotpath schema: 1\n', '-- Hotpath schema: 0\n');
    expect(next([old], tag, keeper)!.changes).toEqual([
      { kind: 'added', what: 'schema hotpath, version 1: tables and functions' },
    ]);
  });
});

it('additions of a team by hand do not belong to the triggers before them', () => {
  const first = next([], tag)!.text;
  const changed = first.replace('-- Hotpath epoch', '-- Hotpath by hand: more\n\nSELECT 1;\n\n-- Hotpath epoch');
  expect(next([changed], tag)).toBeUndefined();
});

it('a text that only looks like a section is not a section', () => {
  expect(broughtBy(['SELECT 1; -- Hotpath triggers: post\nno section'])).toEqual(broughtBy([]));
});

it('the table that stops logging is the one that logged before, whatever its name', () => {
  for (const sql of triggersFor(watch(registryOf(tag, keeper))).values()) {
    const [, relation] = /"log_changes"\((E?'(?:[^']|'')*'),/.exec(sql)!;
    expect(stopLogging(sql)).toBe(`SELECT "hotpath"."stop_logging"(${relation});`);
  }
});

it('the last version is the one that readiness checks, without reading files', () => {
  expect(SCHEMA_VERSIONS.at(-1)!.version).toBe(LATEST_VERSION);
});

it('the text of a version contains neither quote that the migration puts around it', () => {
  for (const { sql } of SCHEMA_VERSIONS) {
    expect([sql.split('$hotpath$').length, sql.split('$version$').length]).toEqual([3, 3]);
  }
});

it('the catalog of an empty watch list has no names', () => {
  expect(relationNames(undefined)).toEqual([]);
});
