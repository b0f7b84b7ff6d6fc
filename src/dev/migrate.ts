/**
 * Applies the migrations to a database, with Prisma Migrate in a separate process, and then the migrations of the job queue.
 */
import { createRequire } from 'node:module';
import { runProgram } from 'hotpath/cli';
import { installQueue } from 'hotpath/jobs';
import { environment } from '../config/config.ts';
import { PROJECT } from './home.ts';

const prismaCommand = createRequire(import.meta.url).resolve('prisma/build/index.js');

/** @throws {MigrationError} with Prisma's own output, if a migration fails. */
export async function migrate(databaseUrl: string): Promise<void> {
  const { code, output } = await runProgram(process.execPath, [prismaCommand, 'migrate', 'deploy'], {
    cwd: PROJECT,
    env: { ...environment, DATABASE_URL: databaseUrl, PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  });
  if (code !== 0) throw new MigrationError(output.trim());
  await installQueue(databaseUrl);
}

/** Prisma Migrate failed; the message is its output. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}
