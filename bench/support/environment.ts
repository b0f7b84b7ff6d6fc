/** How a service under measurement is configured: as in production, with nobody turned away for asking too often. */
import { randomBytes } from 'node:crypto';
import { signToken } from '../../src/cli/token.ts';

export type Environment = Readonly<Record<string, string>>;

export const productionEnvironment = (url: string): Environment => ({
  NODE_ENV: 'production',
  BUDGET_MODE: 'count',
  LOG_LEVEL: 'fatal',
  DATABASE_URL: url,
  RATE_LIMIT_PUBLIC: '0',
  RATE_LIMIT_VIEWER: '0',
  JWT_SECRET: randomBytes(32).toString('base64url'),
});

/** Of an administrator, who may read what everybody reads. */
export const headersFor = (environment: Environment): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${signToken({ user: '1', role: 'admin' }, environment['JWT_SECRET']!)}`,
});
