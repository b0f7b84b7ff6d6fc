/** How a service under measurement is configured: as in production, but it turns no request away. */
import { randomBytes } from 'node:crypto';
import { signToken } from '../../src/cli/token.ts';

export type ChildEnvironment = Readonly<Record<string, string>>;

/** A service must not refuse a request because the machine is busy: a refusal would end the bench. */
export const PATIENT: ChildEnvironment = {
  OVERLOAD_EVENT_LOOP_DELAY_MS: '10000',
  DATABASE_CONNECTION_TIMEOUT_MS: '10000',
};

export const productionEnvironment = (url: string): ChildEnvironment => ({
  ...PATIENT,
  NODE_ENV: 'production',
  BUDGET_MODE: 'count',
  LOG_LEVEL: 'fatal',
  DATABASE_URL: url,
  RATE_LIMIT_PUBLIC: '0',
  RATE_LIMIT_VIEWER: '0',
  JWT_SECRET: randomBytes(32).toString('base64url'),
});

/** Of an administrator, whose reads no policy narrows. */
export const headersFor = (environment: ChildEnvironment): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${signToken({ user: '1', role: 'admin' }, environment['JWT_SECRET']!)}`,
});
