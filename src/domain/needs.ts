/** What the modules need of the database, as they declare it. */

import { type Needs, needsOf, Registry, watch } from 'hotpath';
import { datamodel } from '#datamodel';
import { modules } from './index.ts';

/** @param schema of the models that do not name theirs. */
export function declaredNeeds(schema: string): Needs {
  const registry = new Registry(datamodel);
  registry.add(...modules.flatMap(({ resources }) => resources));
  const writes = modules.map((module) => module.writes ?? {});
  return needsOf({ dataModel: datamodel, watched: watch(registry), writes, schema });
}
