/** The process. */
import { loadConfig } from './config.ts';
import { orExit } from './exit.ts';
import { serve } from './serve.ts';

await orExit(async () => serve(loadConfig()));
