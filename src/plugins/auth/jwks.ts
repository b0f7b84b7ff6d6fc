/**
 * The keys at a JWKS URL, kept in the process. The service fetches them again when they are old, or when none of them
 * verifies a token. It fetches at most every ten seconds, so that forged tokens do not become requests to the issuer. The
 * known keys stay in use while the issuer is unreachable.
 */
import { requestError } from 'hotpath';
import { type TokenHeader, VerificationKey } from './verification-key.ts';

const OLD_MS = 300_000;
const COOLDOWN_MS = 10_000;
const TIMEOUT_MS = 2000;
/** A set has a handful of keys. For a token without `kid`, the service tries at most this number. */
const MOST_TRIED = 10;
const MOST_BYTES = 1_048_576;

/** Called with the reason when the keys cannot be fetched. */
export type OnKeysFailure = (reason: Error) => void;

export class KeySet {
  readonly #url: string;
  readonly #onFailure: OnKeysFailure;
  #keys: readonly VerificationKey[] | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  constructor(url: string, onFailure: OnKeysFailure = () => {}) {
    this.#url = url;
    this.#onFailure = onFailure;
  }

  /**
   * The keys that may have signed a token with this header.
   * @throws `keysUnavailable`
   */
  async find(header: TokenHeader): Promise<readonly VerificationKey[]> {
    const found = this.#fitting(header);
    await this.#fetchIfOlderThan(found.length > 0 ? OLD_MS : COOLDOWN_MS);
    if (!this.#keys) throw requestError('keysUnavailable', 'The keys that verify tokens cannot be fetched.');
    return this.#fitting(header);
  }

  /** The same after none of them has verified the token: an issuer may replace a key without changing its `kid`. */
  async findAnew(header: TokenHeader): Promise<readonly VerificationKey[]> {
    const before = this.#keys;
    await this.#fetchIfOlderThan(COOLDOWN_MS);
    return before === this.#keys ? [] : this.#fitting(header);
  }

  #fitting(header: TokenHeader): readonly VerificationKey[] {
    return this.#keys?.filter((key) => key.fits(header)).slice(0, MOST_TRIED) ?? [];
  }

  async #fetchIfOlderThan(ms: number): Promise<void> {
    if (performance.now() - this.#askedAt > ms) {
      this.#asking ??= this.#fetch().finally(() => {
        this.#asking = undefined;
      });
    }
    await this.#asking;
  }

  async #fetch(): Promise<void> {
    this.#askedAt = performance.now();
    try {
      this.#keys = await fetchKeys(this.#url);
    } catch (error) {
      this.#onFailure(error as Error);
    }
  }
}

/**
 * @returns the keys of the set that verify signatures.
 * @throws if the reply has no set.
 */
async function fetchKeys(url: string): Promise<readonly VerificationKey[]> {
  const reply = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), headers: { accept: 'application/json' } });
  if (!reply.ok) throw new Error(`The issuer answered ${reply.status}.`);
  if (url.startsWith('https:') && !reply.url.startsWith('https:')) {
    throw new Error('The issuer redirects from https to http.');
  }
  const { keys } = JSON.parse(await textOf(reply)) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error('The issuer answered without keys.');
  return keys.map(VerificationKey.from).filter((key) => key !== undefined);
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error('The reply of the issuer is too large for a set of keys.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
