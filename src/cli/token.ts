/** `hotpath token`: a bearer token for a user, signed with the secret in force. */
import { parseArgs } from 'node:util';
import { createSigner } from 'fast-jwt';
import { environment, loadConfig } from '../config.ts';
import { developmentSecret } from '../dev/secret.ts';
import { claimsFor } from '../plugins/auth/claims.ts';
import { type Command, CommandError } from './command.ts';

const usage = `Usage: npm run hotpath -- token --user ID [--role user|admin] [--expires-in SECONDS]

Prints a bearer token for the user, and nothing else, on standard output. It is signed with JWT_SECRET, or with the
secret that development keeps under .hotpath/.`;

export const token: Command = {
  summary: 'print a bearer token for a user',
  usage,
  async run(args) {
    process.stdout.write(`${signToken(tokenOptions(args))}\n`);
  },
};

interface TokenOptions {
  readonly user: string;
  readonly role?: 'user' | 'admin';
  /** A day without it, or as long as the service allows. */
  readonly expiresInSeconds?: number | undefined;
}

/** @param secret the HS256 secret; without it, JWT_SECRET or development's own. */
export function signToken({ user, role = 'user', expiresInSeconds }: TokenOptions, secret?: string): string {
  const { auth } = loadConfig({
    DATABASE_URL: 'postgresql://unused',
    ...environment,
    JWT_SECRET: secret ?? environment['JWT_SECRET'] ?? developmentSecret(),
  });
  const sign = createSigner({
    key: auth.secret!,
    algorithm: 'HS256',
    iss: auth.issuer,
    aud: auth.audience,
    expiresIn: lifetimeMs(expiresInSeconds, auth.maxLifetimeMs),
  });
  return sign(claimsFor({ subject: user, role }, auth));
}

/** @throws {CommandError} if the service would refuse the token. */
function lifetimeMs(seconds: number | undefined, maxMs: number): number {
  const ms = (seconds ?? A_DAY_S) * 1000;
  if (maxMs === 0 || ms <= maxMs) return ms;
  if (seconds === undefined) return maxMs;
  throw new CommandError(`--expires-in is ${seconds}, but JWT_MAX_LIFETIME_MS allows ${Math.floor(maxMs / 1000)}.`);
}

const A_DAY_S = 86_400;

function tokenOptions(args: string[]): TokenOptions {
  const { values } = parsed(args);
  const { user = '', role = 'user', 'expires-in': expiresIn } = values;
  if (!/^[1-9]\d*$/.test(user)) throw new CommandError(`--user must be the id of a user.\n\n${usage}`);
  if (role !== 'user' && role !== 'admin') throw new CommandError(`--role is "${role}", but must be user or admin.`);
  if (expiresIn === undefined) return { user, role };
  if (!/^[1-9]\d{0,8}$/.test(expiresIn)) throw new CommandError('--expires-in must be a number of seconds.');
  return { user, role, expiresInSeconds: Number(expiresIn) };
}

function parsed(args: string[]) {
  const option = { type: 'string' } as const;
  try {
    return parseArgs({ args, options: { user: option, role: option, 'expires-in': option } });
  } catch (error) {
    throw new CommandError(`${(error as Error).message}\n\n${usage}`);
  }
}
