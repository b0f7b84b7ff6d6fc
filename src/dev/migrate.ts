/** Brings a database up to the migrations, with Prisma Migrate in a process of its own, and its queue up to date. */
import { createRequire } from 'node:module';
import { installQueue } from 'hotpath/jobs';
import { environment } from '../config/config.ts';
import { PROJECT } from './home.ts';
import { runProcess } from './run-process.ts';

const prismaCommand = createRequire(import.meta.url).resolve('prisma/build/index.js');

/** @throws with Prisma's own output, if a migration fails. */
export async function migrate(databaseUrl: string): Promise<void> {
  const { code, output } = await runProcess(process.execPath, [prismaCommand, 'migrate', 'deploy'], {
    cwd: PROJECT,
    env: { ...environment, DATABASE_URL: databaseUrl, PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  });
  if (code !== 0) throw new MigrationError(output.trim());
  await installQueue(databaseUrl);
}

/** Prisma Migrate refused; the message is what it said. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}
