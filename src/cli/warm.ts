/** `hotpath warm`: fills Redis with what is read most, before it is asked for. */
import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createSigner } from 'fast-jwt';
import { AWAY, PUBLIC, type Viewer } from 'hotpath';
import { askedBy } from 'hotpath/cache/key';
import { type App, buildApp } from '../app.ts';
import { type Config, environment, loadConfig } from '../config.ts';
import { claimsFor } from '../plugins/auth/claims.ts';
import { type Command, CommandError } from './command.ts';
import { progressBar } from './progress.ts';

const usage = `Usage: npm run hotpath -- warm [--rate N] [--top N]

Reads what has been read most, the most read first, so that Redis holds it before somebody asks. What Redis holds already
costs no statement, so a run that was interrupted goes on where it stopped. Pages that a guard is asked about first (a
project's) are left out: the command is nobody whom it lets in. Their first reader fills them.

--rate N  statements a second at most (50)
--top N   how many of the most read (1000; 10000 of the public and 10000 of viewers are known at most)

It needs REDIS_URL and what else the service is configured with. Progress goes to standard error.`;

export const warm: Command = {
  summary: 'fill Redis with what is read most',
  usage,
  async run(args) {
    const { rate, top } = optionsFrom(args);
    const config = loadConfig({ ...environment, ...ALONE });
    if (!config.redis.url) throw new CommandError('REDIS_URL is not set: there is nothing that processes share.');
    const { auth, sign } = ownAuthority(config);
    const app = buildApp({ ...config, auth });
    try {
      await app.ready();
      const { client, breaker } = app.redis!;
      if ((await breaker.attempt(() => client.ping())) === AWAY) throw new CommandError('Redis does not answer.');
      const keys = await app.hotpath.popular!.top(top);
      report(keys.length, await fill(app, { keys, rate, sign }));
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

interface Filling {
  readonly keys: readonly string[];
  readonly rate: number;
  readonly sign: Sign;
}

interface Filled {
  /** Had to be read from the database. */
  readonly read: number;
  /** Are for those alone whom a guard lets in. */
  readonly guarded: number;
  readonly failed: number;
}

async function fill(app: App, { keys, rate, sign }: Filling): Promise<Filled> {
  const bar = progressBar(keys.length);
  const filled = { read: 0, guarded: 0, failed: 0 };
  const startedAt = performance.now();
  try {
    for (const [done, key] of keys.entries()) {
      const { url, viewer } = askedBy(key);
      const headers = viewer.role === PUBLIC.role ? {} : { authorization: `Bearer ${sign(viewer)}` };
      const { statusCode, headers: answered } = await app.inject({ url, headers });
      const source = /cache;desc="([^"]+)"/.exec(String(answered['server-timing']))?.[1];
      if (source === 'database miss') filled.read += 1;
      // Redis keeps what the public has asked for once for a short time.
      if (source === 'database miss' && viewer.role === PUBLIC.role) await app.inject({ url, headers });
      if (statusCode >= 500 || source === 'database bypass') filled.failed += 1;
      // Whom a guard turns away, with whatever status, does not come as far as the cache.
      else if (source === undefined) filled.guarded += 1;
      bar.show(done + 1);
      const earlyMs = startedAt + (filled.read * 1000) / rate - performance.now();
      if (earlyMs > 0) await delay(earlyMs);
    }
    await app.hotpath.cache.settled();
  } finally {
    bar.close();
  }
  return filled;
}

/** @throws {CommandError} where some could not be read. */
function report(many: number, { read, guarded, failed }: Filled): void {
  const kept = many - guarded - failed;
  process.stdout.write(`${kept} of the most read are in Redis; ${read} had to be read.\n`);
  if (guarded > 0) process.stdout.write(`${guarded} were left out: they are for those alone whom a guard lets in.\n`);
  if (failed > 0) throw new CommandError(`${failed} could not be read; the database or Redis may be away.`);
}

function optionsFrom(args: string[]): { rate: number; top: number } {
  const { rate = '50', top = '1000' } = parsed(args);
  if (!/^[1-9]\d{0,5}$/.test(rate)) throw new CommandError('--rate must be a number of statements a second.');
  if (!/^[1-9]\d{0,4}$/.test(top)) throw new CommandError('--top must be a number.');
  return { rate: Number(rate), top: Number(top) };
}

function parsed(args: string[]) {
  const option = { type: 'string' } as const;
  try {
    return parseArgs({ args, options: { rate: option, top: option } }).values;
  } catch (error) {
    throw new CommandError(`${(error as Error).message}\n\n${usage}`);
  }
}
