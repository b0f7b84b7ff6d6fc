/**
 * The keys at a JWKS URL, kept in the process. They are fetched anew when they are old, or when a token names one that
 * is not among them; never more often than every ten seconds, so that tokens with invented key ids do not become
 * requests to the issuer. An issuer that is away does not take away the keys that are known.
 */
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { requestError } from '../engine/http/errors.ts';

interface Key extends JsonWebKey {
  readonly kid?: string;
  readonly alg?: string;
}

const OLD_MS = 300_000;
const COOLDOWN_MS = 10_000;
const TIMEOUT_MS = 2000;

/** Finds the public key, as PEM, that a token's header names. @throws `keysUnavailable` */
export type FindKey = (header: Key) => Promise<string>;

export function keysAt(url: string): FindKey {
  let keys: readonly Key[] | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;

  const ask = async () => {
    askedAt = performance.now();
    keys = await fetchKeys(url).catch(() => keys);
  };
  const find = ({ kid, alg }: Key) => keys?.find((key) => key.kid === kid && (key.alg ?? alg) === alg);

  return async (header) => {
    const age = performance.now() - askedAt;
    if (age > (find(header) ? OLD_MS : COOLDOWN_MS)) {
      asking ??= ask().finally(() => {
        asking = undefined;
      });
    }
    await asking;
    if (!keys) throw requestError('keysUnavailable', 'The keys that verify tokens cannot be fetched.');
    const key = find(header);
    if (!key) throw new Error(`The issuer has no key "${header.kid}".`);
    return createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
  };
}

async function fetchKeys(url: string): Promise<readonly Key[]> {
  const reply = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  const { keys } = (await reply.json()) as { keys?: unknown };
  if (!reply.ok || !Array.isArray(keys)) throw new Error(`${url} answered ${reply.status} without keys.`);
  return keys;
}
