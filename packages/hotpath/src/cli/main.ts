#!/usr/bin/env node
/** The program `hotpath`: commands for operators and developers of a project that uses the library. */
import { databaseFault } from '../session/database-fault.ts';
import { dispatch } from './command.ts';
import { doctorCommand } from './doctor.ts';
import { loadEnvironment } from './environment.ts';
import { grants } from './grants.ts';
import { init } from './init/init.ts';
import { installCommand } from './install.ts';
import { jobsCommand } from './jobs.ts';
import { migrationCommand } from './migration.ts';
import { notify } from './notify.ts';
import { profileCommand } from './profile.ts';
import { loadProject } from './project.ts';
import { record } from './record.ts';
import { replay } from './replay.ts';
import { tail } from './tail.ts';
import { token } from './token.ts';
import { triggersCommand } from './triggers.ts';
import { warm } from './warm.ts';

const commands = {
  init,
  migration: migrationCommand(loadProject),
  install: installCommand(loadProject),
  triggers: triggersCommand(loadProject),
  doctor: doctorCommand(loadProject),
  grants,
  jobs: jobsCommand,
  notify,
  record,
  replay,
  profile: profileCommand,
  tail,
  token,
  warm,
};

/** Errors whose message alone is enough for the user. */
const SPOKEN = new Set(['CommandError', 'DeclarationError', 'SessionSettingsError', 'QueueMissingError']);

try {
  loadEnvironment(process.cwd());
  await dispatch({ commands, program: 'npx hotpath', args: process.argv.slice(2) });
  // A module of the project may keep connections open, so the program ends the process.
  process.stdout.write('', () => process.exit());
} catch (error) {
  process.stderr.write(`${sentence(error)}\n`, () => process.exit(1));
}

function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (SPOKEN.has(error.name)) return error.message;
  return databaseFault(error) ?? error.stack ?? error.message;
}
