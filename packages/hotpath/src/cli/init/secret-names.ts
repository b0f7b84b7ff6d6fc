/**
 * Names that look like those of secrets: `passwordHash`, `api_key`, `TOKEN`, `totpSecret`. A name is first split into
 * its words, so that `pinned` and `hashtag` do not look secret. It is a guess on the safe side: the team adds the
 * fields that it needs.
 */

const WORDS = new Set([
  ...['password', 'passwords', 'passwd', 'pwd', 'passphrase', 'passcode', 'pass', 'hash', 'hashed', 'salt', 'pepper'],
  ...[
    'token',
    'tokens',
    'secret',
    'secrets',
    'apikey',
    'apikeys',
    'privatekey',
    'secretkey',
    'accesskey',
    'credential',
  ],
  ...['credentials', 'otp', 'totp', 'hotp', 'mfa', 'tfa', 'pin', 'pincode', 'jwt', 'cookie', 'nonce', 'signature'],
  ...['ssn', 'iban', 'bic', 'cvv', 'cvc', 'pan', 'passport', 'creditcard', 'cardnumber'],
]);

/** Pairs of words that follow each other. */
const PAIRS = new Set([
  ...['api key', 'api keys', 'private key', 'secret key', 'access key', 'encryption key', 'signing key', 'master key'],
  ...['session key', 'card number', 'credit card', 'account number', 'routing number', 'bank account', 'tax id'],
  ...['national id', 'social security', 'backup code', 'backup codes', 'recovery code', 'recovery codes', 'reset code'],
  ...['verification code', 'two factor', 'one time', 'magic link', 'security answer', 'security code'],
]);

/** Parts long enough to be unambiguous in a name without borders between its words: `userpasswordhash`. */
const PARTS = /passw(or)?d|passphrase|secret|credential|apikey|privatekey|accesstoken|refreshtoken/;

export function looksSecret(name: string): boolean {
  const words = wordsOf(name);
  if (words.some((word) => WORDS.has(word) || PARTS.test(word))) return true;
  return words.some((word, at) => PAIRS.has(`${word} ${words[at + 1]}`));
}

/** The words of `api_keyHash2` are api, key, hash, 2. */
export function wordsOf(name: string): string[] {
  const parted = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replace(/([A-Za-z])(\d)/g, '$1 $2')
    .replace(/(\d)([A-Za-z])/g, '$1 $2');
  return parted.toLowerCase().split(/[ _]+/).filter(Boolean);
}
