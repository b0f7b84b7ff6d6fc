/** Describes the marketplace to the commands of the library. */
import { databaseUrl, type LoadProject } from 'hotpath/cli';
import { datamodel } from '#datamodel';
import { modules } from '../domain/index.ts';
import { MIGRATIONS } from '../migrations.ts';

export const loadMarketplace: LoadProject = async () => ({
  root: PROJECT,
  model: datamodel,
  resources: modules.flatMap(({ resources }) => resources),
  writes: modules.map((module) => module.writes ?? {}),
  migrations: MIGRATIONS,
  hasJobs: true,
  databaseUrl,
});

const PROJECT = `${import.meta.dirname}/../..`;
