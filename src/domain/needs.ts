/** What the modules need of the database, as they declare it. */
import { datamodel } from '#datamodel';
import { type Needs, needsOf } from '../engine/access/needs.ts';
import { watch } from '../engine/freshness/watched.ts';
import { Registry } from '../engine/resource/registry.ts';
import { pluginWrites } from '../plugins/writes.ts';
import { modules } from './index.ts';

/** @param schema of the models that do not name theirs. */
export function declaredNeeds(schema: string): Needs {
  const registry = new Registry(datamodel);
  registry.add(...modules.flatMap(({ resources }) => resources));
  const writes = [pluginWrites, ...modules.map((module) => module.writes ?? {})];
  return needsOf({ dataModel: datamodel, watched: watch(registry), writes, schema });
}
