/**
 * The migrations that install in a database what Hotpath needs: the versions of the schema `hotpath`, and the triggers
 * of the resources, except those of earlier migrations.
 *
 * A migration has a section for each version and each source of changes, under a comment that names it. The latest
 * section of a source is the installed one, so a new migration contains only the changes. At its end a new epoch
 * begins: entries that were cached under other triggers become worthless. A migration is one transaction, because
 * Prisma runs its statements one by one.
 */
import { stopLogging, type TableLog, tableLogs, triggersFor } from '../freshness/triggers.ts';
import { watch } from '../freshness/watched.ts';
import type { Registry } from '../resource/registry.ts';
import { lockTables } from './lock-tables.ts';
import { ADOPT_SCHEMA, PREPARE_SCHEMA, SCHEMA_VERSIONS, type SchemaVersion } from './schema-versions.ts';

/** The SQL of each source's triggers. */
export type Triggers = ReadonlyMap<string, string>;

/** The contents of earlier migrations. */
export interface Brought {
  readonly versions: ReadonlySet<number>;
  readonly triggers: Triggers;
}

export interface MigrationChange {
  readonly kind: 'added' | 'changed' | 'dropped';
  /** `schema hotpath, version 1`, or the source of the changes that triggers log. */
  readonly what: string;
}

/** A migration: its text, and a list of its changes. */
export interface WrittenMigration {
  readonly changes: readonly MigrationChange[];
  /** The text of `migration.sql`. */
  readonly text: string;
}

/** `by hand` marks additions of a team, so that they do not count as a part of the section before. */
const SECTION = /^-- Hotpath (schema|triggers|no triggers|by hand|epoch): (\S+)\n/m;

/** @param texts of all migrations, in order. */
export function broughtBy(texts: readonly string[]): Brought {
  const versions = new Set<number>();
  const triggers = new Map<string, string>();
  for (const text of texts) {
    const [, ...parts] = text.replaceAll('\r\n', '\n').split(SECTION);
    for (let at = 0; at < parts.length; at += 3) {
      const [kind, name, sql] = parts.slice(at) as [string, string, string];
      if (kind === 'schema') versions.add(Number(name));
      if (kind === 'triggers') triggers.set(name, sql.trim());
      if (kind === 'no triggers') triggers.delete(name);
    }
  }
  return { versions, triggers };
}

/** The input of the next migration. */
export interface MigrationOptions {
  /** The texts of all migrations, in the order in which they are applied. */
  readonly migrationTexts: readonly string[];
  /** The resources, whose tables' changes are to be logged. */
  readonly registry: Registry;
}

/** The next migration; undefined if nothing is missing. */
export function migrationFor({ migrationTexts, registry }: MigrationOptions): WrittenMigration | undefined {
  const brought = broughtBy(migrationTexts);
  const watched = watch(registry);
  const wanted = triggersFor(watched);
  const versions = SCHEMA_VERSIONS.filter(({ version }) => !brought.versions.has(version));
  const sections = [...versions.map(versionSection), ...triggerSections(brought.triggers, wanted)];
  if (sections.length === 0) return undefined;
  const changed = sections.map(({ change }) => change.what);
  const prepared = [
    ...(versions.length > 0 ? [PREPARE_SCHEMA] : []),
    ...locksOf(tableLogs(watched).filter(({ source }) => changed.includes(source))),
  ];
  return { changes: sections.map(({ change }) => change), text: migrationText(prepared, sections) };
}

const locksOf = (logs: readonly TableLog[]): string[] =>
  logs.length === 0 ? [] : [lockTables(logs.map(({ relation }) => relation))];

interface Section {
  readonly change: MigrationChange;
  readonly text: string;
}

const versionSection = ({ version, title, sql }: SchemaVersion): Section => ({
  change: { kind: 'added', what: `schema hotpath, version ${version}: ${title}` },
  text: `-- Hotpath schema: ${version}\n\n${sql}\n\n${ADOPT_SCHEMA}\n`,
});

function triggerSections(installed: Triggers, wanted: Triggers): Section[] {
  const changed = [...wanted].flatMap(([source, sql]): Section[] => {
    if (installed.get(source) === sql) return [];
    const kind = installed.has(source) ? 'changed' : 'added';
    return [{ change: { kind, what: source }, text: `-- Hotpath triggers: ${source}\n\n${sql}\n` }];
  });
  const dropped = [...installed].filter(([source]) => !wanted.has(source));
  return [
    ...changed,
    ...dropped.map(([source, sql]): Section => {
      const text = `-- Hotpath no triggers: ${source}\n\n${stopLogging(sql)}\n`;
      return { change: { kind: 'dropped', what: source }, text };
    }),
  ];
}

function migrationText(prepared: readonly string[], sections: readonly Section[]): string {
  return [
    '-- Written by `hotpath migration`: what Hotpath needs in this database, in a schema of its own.\n',
    'BEGIN;\n',
    ...prepared,
    ...sections.map(({ text }) => text),
    '-- Hotpath epoch: new\n\nDELETE FROM "hotpath"."epoch";\n\nCOMMIT;\n',
  ].join('\n');
}
