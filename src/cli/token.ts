/** `hotpath token`: a bearer token for a user, signed with the secret in force. */

import { signBearer } from 'hotpath';
import { type Command, CommandError, parseCommand, say } from 'hotpath/cli';
import { environment, loadConfig } from '../config/config.ts';
import { developmentSecret } from '../dev/secret.ts';
import { claimsFor } from '../plugins/auth/claims.ts';

const usage = `Usage: $0 token --user ID [--role user|admin] [--expires-in SECONDS]

Prints a bearer token for the user, and nothing else, on standard output. It is signed with JWT_SECRET, or with the
secret that development keeps under .hotpath/.`;

export const marketplaceToken: Command = {
  summary: 'print a bearer token for a user',
  usage,
  async run(args) {
    say(signToken(tokenOptions(args)));
  },
};

interface TokenOptions {
  readonly user: string;
  readonly role?: 'user' | 'admin';
  /** Without `seconds`, the token lasts a day, or the longest time that the service accepts. */
  readonly expiresInSeconds?: number | undefined;
}

/** @param secret the HS256 secret; without it, JWT_SECRET or development's own. */
export function signToken({ user, role = 'user', expiresInSeconds }: TokenOptions, secret?: string): string {
  const { auth } = loadConfig({
    DATABASE_URL: 'postgresql://unused',
    ...environment,
    JWT_SECRET: secret ?? environment['JWT_SECRET'] ?? developmentSecret(),
  });
  const claims = { ...claimsFor({ subject: user, role }, auth), iss: auth.issuer, aud: auth.audience };
  const lifetime = lifetimeSeconds(expiresInSeconds, auth.maxLifetimeMs);
  return signBearer(claims, { secret: auth.secret!, expiresInSeconds: lifetime });
}

/** @throws {CommandError} if the service would refuse the token. */
function lifetimeSeconds(seconds: number | undefined, maxMs: number): number {
  const most = maxMs === 0 ? Number.POSITIVE_INFINITY : Math.floor(maxMs / 1000);
  if (seconds === undefined) return Math.min(A_DAY_S, most);
  if (seconds <= most) return seconds;
  throw new CommandError(`--expires-in is ${seconds}, but JWT_MAX_LIFETIME_MS allows ${most}.`);
}

const A_DAY_S = 86_400;

function tokenOptions(args: string[]): TokenOptions {
  const { user = '', role = 'user', 'expires-in': expiresIn } = parseCommand(usage, { args, options }).values;
  if (!/^[1-9]\d*$/.test(user)) throw new CommandError(`--user must be the id of a user.\n\n${usage}`);
  if (role !== 'user' && role !== 'admin') throw new CommandError(`--role is "${role}", but must be user or admin.`);
  if (expiresIn === undefined) return { user, role };
  if (!/^[1-9]\d{0,8}$/.test(expiresIn)) throw new CommandError('--expires-in must be a number of seconds.');
  return { user, role, expiresInSeconds: Number(expiresIn) };
}

const option = { type: 'string' } as const;
const options = { user: option, role: option, 'expires-in': option } as const;
