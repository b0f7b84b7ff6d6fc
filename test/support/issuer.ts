/** An issuer of tokens for tests: publishes a JWKS set, which a test may change at any time. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Algorithm, createSigner } from 'fast-jwt';

export interface Issuer {
  readonly url: string;
  /** The entries of the set; undefined for an issuer that answers 500. */
  keys: unknown[] | undefined;
  /** Times that the set was fetched. */
  asked: number;
  close(): Promise<void>;
}

export async function openIssuer(keys: unknown[] = []): Promise<Issuer> {
  const server = createServer((_request, response) => {
    issuer.asked += 1;
    response.statusCode = issuer.keys ? 200 : 500;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: issuer.keys ?? 'away' }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer: Issuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys.json`,
    keys,
    asked: 0,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return issuer;
}

/** A pair of keys of the issuer's. */
export interface IssuerKey {
  /** The entry of the set. */
  readonly entry: Readonly<Record<string, unknown>>;
  readonly pem: string;
  readonly algorithm: Algorithm;
  /** A token with these claims, without a `kid` in its header if the entry has none. */
  sign(claims: object, header?: { kid?: string | undefined }): string;
}

export function issuerKey(algorithm: 'RS256' | 'PS384' | 'ES256' | 'ES384' | 'EdDSA', more: object = {}): IssuerKey {
  const { publicKey, privateKey } = PAIRS[algorithm]();
  const entry = { ...publicKey.export({ format: 'jwk' }), ...more } as IssuerKey['entry'];
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return {
    entry,
    pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    algorithm,
    sign(claims, { kid } = { kid: entry['kid'] as string | undefined }) {
      return createSigner({ key, algorithm, ...(kid !== undefined && { kid }) })(claims);
    },
  };
}

const PAIRS = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS384: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
} satisfies Record<string, () => { publicKey: KeyObject; privateKey: KeyObject }>;
