/** The marketplace's commands: those of the library, and those that know its configuration. */
import { dispatch, doctorCommand, installCommand, jobs, migrationCommand, notify, triggersCommand } from 'hotpath/cli';
import { orExit } from '../exit.ts';
import { grants } from './grants.ts';
import { loadMarketplace } from './project.ts';
import { token } from './token.ts';
import { warm } from './warm.ts';

const doctor = doctorCommand(loadMarketplace);
const install = installCommand(loadMarketplace);
const migration = migrationCommand(loadMarketplace);
const triggers = triggersCommand(loadMarketplace);

const commands = { doctor, grants, install, jobs, migration, notify, token, triggers, warm };

await orExit(() => dispatch({ commands, program: 'npm run hotpath --', args: process.argv.slice(2) }));
