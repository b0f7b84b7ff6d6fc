/** The marketplace's commands: those of the library, and those that need the marketplace's configuration. */
import {
  dispatch,
  doctorCommand,
  installCommand,
  jobsCommand,
  migrationCommand,
  notify,
  record,
  tail,
  triggersCommand,
} from 'hotpath/cli';
import { orExit } from '../exit.ts';
import { marketplaceGrants } from './grants.ts';
import { loadMarketplace } from './project.ts';
import { marketplaceReplay } from './replay.ts';
import { marketplaceToken } from './token.ts';
import { marketplaceWarm } from './warm.ts';

const doctor = doctorCommand(loadMarketplace);
const install = installCommand(loadMarketplace);
const migration = migrationCommand(loadMarketplace);
const triggers = triggersCommand(loadMarketplace);

const commands = {
  doctor,
  install,
  migration,
  notify,
  record,
  tail,
  triggers,
  grants: marketplaceGrants,
  jobs: jobsCommand,
  replay: marketplaceReplay,
  token: marketplaceToken,
  warm: marketplaceWarm,
};

await orExit(() => dispatch({ commands, program: 'npm run hotpath --', args: process.argv.slice(2) }));
