/** The folder in which development keeps its database, secret and mail. Git ignores it. */
import { join } from 'node:path';

export const PROJECT = join(import.meta.dirname, '..', '..');
export const HOME = join(PROJECT, '.hotpath');
export const DATABASE_DIRECTORY = join(HOME, 'postgres');
export const DATABASE_NAME = 'hotpath';
export const MAIL_DIRECTORY = join(HOME, 'mail');
