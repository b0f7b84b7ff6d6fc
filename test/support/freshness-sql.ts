/** The SQL that makes a database without migrations log its changes: the log, and triggers for what resources watch. */

import { triggersFor } from 'hotpath/freshness/triggers';
import { watch } from 'hotpath/freshness/watched';
import type { Registry } from 'hotpath/resource/registry';
import { migrations } from '../../src/cli/triggers.ts';

/** Statements in order, to be run in one session whose search path begins with the schema of the log. */
export function freshnessSql(registry: Registry): string[] {
  const log = migrations().filter(({ name }) => /_(freshness|temporary_tables_last|catalog)$/.test(name));
  return [...log.map(({ text }) => text), ...triggersFor(watch(registry)).values()];
}
