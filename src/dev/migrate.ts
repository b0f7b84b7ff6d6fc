/** Brings a database up to the migrations, with Prisma Migrate in a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { environment } from '../config.ts';
import { PROJECT } from './home.ts';

const prismaCommand = createRequire(import.meta.url).resolve('prisma/build/index.js');

/** @throws with Prisma's own output, if a migration fails. */
export async function migrate(databaseUrl: string): Promise<void> {
  const child = spawn(process.execPath, [prismaCommand, 'migrate', 'deploy'], {
    cwd: PROJECT,
    env: { ...environment, DATABASE_URL: databaseUrl, PRISMA_HIDE_UPDATE_MESSAGE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code] = await once(child, 'close');
  if (code !== 0) throw new MigrationError(output.trim());
}

/** Prisma Migrate refused; the message is what it said. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}
