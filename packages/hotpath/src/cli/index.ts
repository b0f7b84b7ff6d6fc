/**
 * `hotpath/cli`: the commands of the library, for a service that adds its own commands or describes its project itself.
 */
export { type Command, CommandError, type Dispatch, dispatch, parseCommand, say } from './command.ts';
export type { CommandProject, LoadProject } from './command-project.ts';
export { doctorCommand } from './doctor.ts';
export { databaseUrl } from './environment.ts';
export {
  type Fillable,
  type Filled,
  type FillOptions,
  fill,
  fillOptions,
  type HeadersFor,
  reportFilled,
} from './fill.ts';
export { grantsCommand } from './grants.ts';
export { installCommand } from './install.ts';
export { jobsCommand } from './jobs.ts';
export { migrationCommand } from './migration.ts';
export { notify } from './notify.ts';
export { type Progress, ProgressBar, secondsText } from './progress-bar.ts';
export { loadProject, type Project, type ProjectPlace } from './project.ts';
export { record } from './record.ts';
export { replayCommand } from './replay.ts';
export { type EndedProgram, runProgram } from './run-program.ts';
export { tail } from './tail.ts';
export { triggersCommand } from './triggers.ts';
