/** Ends a script with exit code 1. The output is one sentence if the user can fix the cause, else the whole error. */
import { PackError } from './pack/manifest.ts';

export async function orSentence(script: () => Promise<void>): Promise<void> {
  try {
    await script();
  } catch (error) {
    process.stderr.write(`${error instanceof PackError ? error.message : ((error as Error).stack ?? error)}\n`);
    process.exitCode = 1;
  }
}
