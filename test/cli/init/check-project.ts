/**
 * Runs in a project: checks its resources as the service does when it starts, and prints their names and the SQL that makes a
 * database log their changes.
 */
import { loadProject } from 'hotpath/cli/project';
import { watch } from 'hotpath/freshness/watched';
import { checkReads } from 'hotpath/resource/declared-reads';
import { Registry } from 'hotpath/resource/registry';
import { freshnessSql } from '../../support/freshness-sql.ts';

const { model, resources } = await loadProject();
const registry = new Registry(model);
registry.add(...resources);
registry.check();
checkReads(registry);
watch(registry);
process.stdout.write(JSON.stringify({ names: resources.map(({ name }) => name), sql: freshnessSql(registry) }));
