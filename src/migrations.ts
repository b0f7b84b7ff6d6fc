/** The names of this version's migrations, in the order in which they are applied. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const MIGRATIONS = join(import.meta.dirname, '../prisma/migrations');

export const marketplaceMigrations = (): string[] =>
  readdirSync(MIGRATIONS)
    .filter((name) => existsSync(join(MIGRATIONS, name, 'migration.sql')))
    .sort();
