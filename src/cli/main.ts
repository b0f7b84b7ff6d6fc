/** The marketplace's commands: those of the library, and those that know its configuration. */
import { dispatch, jobs, notify } from 'hotpath/cli';
import { orExit } from '../exit.ts';
import { grants } from './grants.ts';
import { token } from './token.ts';
import { triggers } from './triggers.ts';
import { warm } from './warm.ts';

const commands = { grants, jobs, notify, token, triggers, warm };

await orExit(() => dispatch({ commands, program: 'npm run hotpath --', args: process.argv.slice(2) }));
