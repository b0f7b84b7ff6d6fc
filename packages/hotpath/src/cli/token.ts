/** `hotpath token`: a bearer token for any subject and role, signed with `JWT_SECRET`. */
import { LEAST_SECRET_BYTES, signBearer } from '../http/bearer-token.ts';
import { type Command, CommandError, parseCommand, say } from './command.ts';

const usage = `Usage: $0 token --subject ID [--role NAME] [--expires-in SECONDS] [--issuer NAME] [--audience NAME]

Prints a bearer token (a JSON Web Token, HS256), and nothing else, on standard output. JWT_SECRET signs it.

  --subject     the id of the user that the token names, of any type
  --role        a role that policies name (user)
  --expires-in  seconds (a day)
  --issuer      the claim iss
  --audience    the claim aud`;

export const token: Command = {
  summary: 'print a bearer token for a subject',
  usage,
  async run(args) {
    const { subject = '', role = 'user', ...rest } = parseCommand(usage, { args, options }).values;
    if (!isName(subject)) throw new CommandError(`--subject must name the user of the token.\n\n${usage}`);
    if (!isName(role) || role === 'public') throw new CommandError(`--role is "${role}", which no subject may have.`);
    const { 'expires-in': expiresIn, issuer, audience } = rest;
    const claims = { sub: subject, role, ...(issuer && { iss: issuer }), ...(audience && { aud: audience }) };
    const expiresInSeconds = secondsFrom(expiresIn);
    say(signBearer(claims, { secret: jwtSecret(), expiresInSeconds }));
  },
};

const text = { type: 'string' } as const;
const options = { subject: text, role: text, 'expires-in': text, issuer: text, audience: text } as const;

/** A name without control characters and halves of surrogate pairs, which no viewer's name may contain. */
const isName = (name: string): boolean => /^[^\p{Cc}\u2028\u2029]{1,255}$/u.test(name) && name.isWellFormed();

const A_DAY = 86_400;

/** @throws {CommandError} for a text that is not a number of seconds. */
function secondsFrom(text: string | undefined): number {
  if (text === undefined) return A_DAY;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new CommandError('--expires-in must be a number of seconds.');
  return Number(text);
}

function jwtSecret(): string {
  const secret = process.env['JWT_SECRET'];
  if (!secret)
    throw new CommandError('JWT_SECRET is not set: it signs the tokens, and the service verifies them with it.');
  if (Buffer.byteLength(secret) < LEAST_SECRET_BYTES) {
    throw new CommandError(`JWT_SECRET is too short: it must have at least ${LEAST_SECRET_BYTES} bytes.`);
  }
  return secret;
}
