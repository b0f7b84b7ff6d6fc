/** The SQL that makes a database without migrations log its changes: the log, and triggers for what resources watch. */
import { migrations } from '../../src/cli/triggers.ts';
import { triggersFor } from '../../src/engine/freshness/triggers.ts';
import { watch } from '../../src/engine/freshness/watched.ts';
import type { Registry } from '../../src/engine/resource/registry.ts';

/** Statements in order, to be run in one session whose search path begins with the schema of the log. */
export function freshnessSql(registry: Registry): string[] {
  const log = migrations().filter(({ name }) => /_(freshness|temporary_tables_last|catalog)$/.test(name));
  return [...log.map(({ text }) => text), ...triggersFor(watch(registry)).values()];
}
