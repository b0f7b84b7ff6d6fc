/**
 * The environment of the command line. No other part of the library reads the environment. The variables of a project's
 * `.env` are added, as Prisma's users expect; a variable that is set already keeps its value.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { urlComplaint } from '../session/urls.ts';
import { CommandError } from './command.ts';
import { nearestPackage } from './package-folder.ts';

/**
 * Adds the `.env` of a project to the environment of this process, if the file exists. @param from a folder of the
 * project.
 */
export function loadEnvironment(from: string): void {
  const file = join(nearestPackage(from) ?? from, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
}

/** The URL of `DATABASE_URL`. @throws {CommandError} if it is missing or not a valid URL. */
export function databaseUrl(): string {
  const url = process.env['DATABASE_URL'];
  if (!url) throw new CommandError('DATABASE_URL is not set.');
  const complaint = urlComplaint('DATABASE_URL', url);
  if (complaint) throw new CommandError(complaint);
  return url;
}
