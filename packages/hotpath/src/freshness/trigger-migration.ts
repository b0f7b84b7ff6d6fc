/**
 * The migrations that install triggers: what the resources need, less what earlier migrations have installed.
 *
 * Each has a section a source, under a comment that names it. The latest section of a source is what is installed, so a
 * migration holds what changes and nothing else. At its end a new epoch begins: what was cached under other triggers
 * is forgotten. All of it is one transaction, because Prisma runs the statements of a migration one by one.
 */
import { dropTriggers } from './triggers.ts';

/** The SQL of each source's triggers. */
export type Triggers = ReadonlyMap<string, string>;

export interface TriggerChange {
  readonly source: string;
  readonly kind: 'added' | 'changed' | 'dropped';
}

const SECTION = /^-- (Triggers|No triggers|Epoch): (\S+)\n/m;

/** Functions keep the search path that they are created under. Without its last part, it would be the first. */
const SEARCH_PATH = `-- The functions take no temporary table for the log.
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', false);`;

/** @param migrations the texts of all migrations, in order. */
export function installedTriggers(migrations: readonly string[]): Triggers {
  const installed = new Map<string, string>();
  for (const text of migrations) {
    const [, ...parts] = text.split(SECTION);
    for (let at = 0; at < parts.length; at += 3) {
      const [kind, source, sql] = parts.slice(at) as [string, string, string];
      if (kind === 'Triggers') installed.set(source, sql.trim());
      if (kind === 'No triggers') installed.delete(source);
    }
  }
  return installed;
}

export function changesBetween(installed: Triggers, wanted: Triggers): TriggerChange[] {
  const changed = [...wanted].flatMap(([source, sql]): TriggerChange[] => {
    if (installed.get(source) === sql) return [];
    return [{ source, kind: installed.has(source) ? 'changed' : 'added' }];
  });
  const dropped = [...installed.keys()].filter((source) => !wanted.has(source));
  return [...changed, ...dropped.map((source) => ({ source, kind: 'dropped' as const }))];
}

export function migrationText(changes: readonly TriggerChange[], wanted: Triggers): string {
  const sections = changes.map(({ source, kind }) => {
    if (kind === 'dropped') return `-- No triggers: ${source}\n\n${dropTriggers(source)}\n`;
    return `-- Triggers: ${source}\n\n${wanted.get(source)}\n`;
  });
  return [
    '-- Written by `npm run hotpath -- triggers`: what logs the changes of each table that can be asked for.\n',
    `BEGIN;\n\n${SEARCH_PATH}\n`,
    ...sections,
    '-- Epoch: new\n\nDELETE FROM "invalidation_epoch";\n\nCOMMIT;\n',
  ].join('\n');
}
