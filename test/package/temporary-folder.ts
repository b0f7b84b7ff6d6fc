/** An empty folder outside the repository, removed when the test has ended. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hotpath-package-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}
