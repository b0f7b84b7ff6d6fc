/**
 * `npm run dev`: the whole service on a bare machine. It starts the embedded PostgreSQL (unless DATABASE_URL names another),
 * migrates and seeds it, makes a secret, serves, and prints commands to paste.
 */

import { randomBytes } from 'node:crypto';
import { signToken } from '../cli/token.ts';
import { environment, loadConfig } from '../config/config.ts';
import { orExit } from '../exit.ts';
import { logWarnings } from '../plugins/logger/logger.ts';
import { type ServedService, serve } from '../serve.ts';
import { openDevelopmentDatabase } from './database.ts';
import { MAIL_DIRECTORY } from './home.ts';
import { migrate } from './migrate.ts';
import { developmentSecret } from './secret.ts';
import { seedIfEmpty } from './seed.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

await orExit(async () => {
  const database = await openDevelopmentDatabase(environment['DATABASE_URL']);
  const leave = () => database.close().finally(() => process.exit(130));
  for (const signal of SIGNALS) process.once(signal, leave);
  try {
    await migrate(database.url);
    await seedIfEmpty(database.url);
    const config = loadConfig({ ...defaults(), ...environment, DATABASE_URL: database.url });
    for (const signal of SIGNALS) process.off(signal, leave);
    logWarnings(config);
    const served = await serve(config, { afterwards: database.close });
    // The password of a database of the operator's own is not shown.
    const databaseUrl = environment['DATABASE_URL'] ? '…' : database.url;
    const { access, token } = config.inspector;
    const inspector = access === 'token' && token ? `${served.address}/_hotpath#token=${token}` : undefined;
    if (config.auth.secret) process.stdout.write(banner(served, databaseUrl, inspector));
  } catch (error) {
    await database.close();
    throw error;
  }
});

function defaults() {
  const secret = { [environment['JWKS_URL'] ? 'SIGNING_SECRET' : 'JWT_SECRET']: developmentSecret() };
  const mail = environment['SMTP_URL'] ? {} : { MAIL_DIRECTORY };
  const isAlone = (environment['WORKERS'] ?? '1') === '1';
  const inspector = isAlone ? { INSPECTOR: 'token', INSPECTOR_TOKEN: randomBytes(18).toString('base64url') } : {};
  const settings = { NODE_ENV: 'development', BUDGET_MODE: 'warn', JOBS: 'inline', SHUTDOWN_DELAY_MS: '0' };
  return { ...settings, ...secret, ...mail, ...inspector };
}

function banner({ address }: ServedService, databaseUrl: string, inspector: string | undefined): string {
  const token = signToken({ user: '1' });
  return `
Hotpath is at ${address}. Ctrl-C stops it. A token for user 1, good for a day:

  ${token}

Paste these:

  curl -s -H 'Authorization: Bearer ${token}' ${address}/v1/users/1/dashboard
  curl -s -i '${address}/v1/products?limit=2'
  curl -s -i ${address}/v1/users/1/dashboard    # without a token: 401, as a problem document

Why a request was slow is shown at ${inspector ?? '/_hotpath, with INSPECTOR=token'}.
The API is shown at ${address}/docs. For the commands that want it: DATABASE_URL='${databaseUrl}'

`;
}
