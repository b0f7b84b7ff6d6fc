/** `hotpath profile` with the routes of the marketplace. */
import { profileCommand } from 'hotpath/cli';
import { buildApp } from '../app.ts';
import { environment, loadConfig } from '../config/config.ts';

/** The server only says which statements its routes send: it needs neither Redis nor jobs, and logs nothing. */
const QUIET = { LOG_LEVEL: 'silent', REDIS_URL: '', JOBS: 'off', DATABASE_POOL_MIN: '0', DATABASE_POOL_MAX: '2' };

export const marketplaceProfile = profileCommand(() => buildApp(loadConfig({ ...environment, ...QUIET })));
