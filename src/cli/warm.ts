/** `hotpath warm`: fills Redis with what is read most, before it is asked for. */
import { generateKeyPairSync } from 'node:crypto';
import { createSigner } from 'fast-jwt';
import type { Viewer } from 'hotpath';
import { type Command, CommandError, fill, fillOptions, reportFilled } from 'hotpath/cli';
import { buildApp } from '../app.ts';
import { type Config, environment, loadConfig } from '../config/config.ts';
import { claimsFor } from '../plugins/auth/claims.ts';

const usage = `Usage: $0 warm [--rate N] [--top N]

Reads what has been read most, the most read first, so that Redis holds it before somebody asks. What Redis holds already
costs no statement, so a run that was interrupted goes on where it stopped. Pages that a guard is asked about first (a
project's) are left out: the command is nobody whom it lets in. Their first reader fills them.

--rate N  statements a second at most (50)
--top N   how many of the most read (1000; 10000 of the public and 10000 of viewers are known at most)

It needs REDIS_URL and what else the service is configured with. Progress goes to standard error.`;

export const marketplaceWarm: Command = {
  summary: 'fill Redis with what is read most',
  usage,
  async run(args) {
    const { positionals, ...options } = fillOptions(usage, args);
    if (positionals.length > 0) throw new CommandError(usage);
    const config = loadConfig({ ...environment, ...ALONE });
    if (!config.redis.url) throw new CommandError('REDIS_URL is not set: there is nothing that processes share.');
    const { auth, sign } = ownAuthority(config);
    const app = buildApp({ ...config, auth });
    try {
      await app.ready();
      const headersFor = (viewer: Viewer) => ({ authorization: `Bearer ${sign(viewer)}` });
      reportFilled(await fill(app, headersFor, options));
    } finally {
      await app.close();
    }
  },
};

/** Beside a service, it has time, few connections, and turns nobody away. */
const ALONE = {
  LOG_LEVEL: 'silent',
  REDIS_TIMEOUT_MS: '2000',
  DATABASE_POOL_MIN: '0',
  DATABASE_POOL_MAX: '2',
  CACHE_ROLLOUT_PERCENT: '100',
  CACHE_WARM_UP_ENTRIES: '0',
  RATE_LIMIT_PUBLIC: '0',
  RATE_LIMIT_VIEWER: '0',
  JOBS: 'off',
};

type Sign = (viewer: Viewer) => string;

/**
 * Tokens for whoever has asked. The secret signs them where there is one; where an issuer does, a key of this process's
 * own, which it alone believes.
 */
function ownAuthority({ auth }: Config): { auth: Config['auth']; sign: Sign } {
  const claims = { iss: auth.issuer, aud: auth.audience };
  const tokenOf = (sign: (payload: object) => string) => (viewer: Viewer) =>
    sign({ ...claims, ...claimsFor({ subject: viewer.subject ?? 'nobody', role: viewer.role }, auth) });
  const expiresIn = Math.min(AN_HOUR_MS, auth.maxLifetimeMs || AN_HOUR_MS);
  if (auth.secret) return { auth, sign: tokenOf(createSigner({ key: auth.secret, algorithm: 'HS256', expiresIn })) };
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'warm', alg: 'ES256' }];
  const jwksUrl = `data:application/json,${encodeURIComponent(JSON.stringify({ keys }))}`;
  return {
    auth: { ...auth, jwksUrl },
    sign: tokenOf(createSigner({ key, algorithm: 'ES256', kid: 'warm', expiresIn })),
  };
}

const AN_HOUR_MS = 3_600_000;
