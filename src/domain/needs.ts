/** The privileges that the modules declare to need in the database. */

import { type Needs, needsOf, Registry, watch } from 'hotpath';
import { datamodel } from '#datamodel';
import { modules } from './index.ts';

/** @param schema of the models without a schema of their own. */
export function declaredNeeds(schema: string): Needs {
  const registry = new Registry(datamodel);
  registry.add(...modules.flatMap(({ resources }) => resources));
  const writes = modules.map((module) => module.writes ?? {});
  return needsOf({ dataModel: datamodel, watched: watch(registry), writes, schema });
}
