/** Ends a script with exit code 1 and one sentence for what its user can mend, the whole error for anything else. */
import { PackError } from './pack/manifest.ts';

export async function orSentence(script: () => Promise<void>): Promise<void> {
  try {
    await script();
  } catch (error) {
    process.stderr.write(`${error instanceof PackError ? error.message : ((error as Error).stack ?? error)}\n`);
    process.exitCode = 1;
  }
}
