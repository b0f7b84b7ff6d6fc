/** `hotpath warm`: fills Redis with the most read responses before clients request them. */
import { generateKeyPairSync } from 'node:crypto';
import { createSigner } from 'fast-jwt';
import type { Viewer } from 'hotpath';
import { type Command, CommandError, fill, fillOptions, reportFilled } from 'hotpath/cli';
import { buildApp } from '../app.ts';
import { type Config, environment, loadConfig } from '../config/config.ts';
import { claimsFor } from '../plugins/auth/claims.ts';

const usage = `Usage: $0 warm [--rate N] [--top N]

Reads the most read responses, the most read first, so that Redis has them before clients request them. A response that
Redis already has costs no statement, so an interrupted run goes on where it stopped. The command leaves out pages that a
guard protects (a project's), because no guard lets it in. The first reader of such a page fills it.

--rate N  statements a second at most (50)
--top N   how many of the most read (1000; the service records at most 10000 of the public and 10000 of viewers)

It needs REDIS_URL and the other configuration of the service. Progress goes to standard error.`;

export const marketplaceWarm: Command = {
  summary: 'fill Redis with the most read responses',
  usage,
  async run(args) {
    const { positionals, ...options } = fillOptions(usage, args);
    if (positionals.length > 0) throw new CommandError(usage);
    const config = loadConfig({ ...environment, ...ALONE });
    if (!config.redis.url) throw new CommandError('REDIS_URL is not set: processes share no cache.');
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

/** The command has more time than a service, and fewer connections, and refuses no request of its own. */
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
 * Tokens for the viewers of the recorded requests. JWT_SECRET signs them if it is set. With an issuer, a key of this process
 * signs them, and only this process accepts that key.
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
