/**
 * A signed link: a path that is valid for every client that has it, until the time that it contains. The signature
 * covers the path and the time, so neither can be changed. To check a link needs no statement.
 */
import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto';

/** Signs paths, and verifies its own signatures. */
export interface LinkSigner {
  /** `/v1/reports/7/file?expires=1767225600&signature=…` */
  sign(path: string, expiresAt: Date): string;
  verify(path: string, query: { readonly expires: number; readonly signature: string }): LinkState;
}

export type LinkState = 'good' | 'forged' | 'expired';

/**
 * A signer of links that expire.
 * @param secret a text that only the processes of the service know.
 */
export function linkSigner(secret: string, now: () => number = Date.now): LinkSigner {
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'hotpath link', 32)));
  const signatureOf = (path: string, expires: number) =>
    createHmac('sha256', key).update(`${path}\n${expires}`).digest('base64url');
  return {
    sign(path, expiresAt) {
      const expires = Math.floor(expiresAt.getTime() / 1000);
      return `${path}?expires=${expires}&signature=${signatureOf(path, expires)}`;
    },
    verify(path, { expires, signature }) {
      const [wanted, given] = [Buffer.from(signatureOf(path, expires)), Buffer.from(signature)];
      if (wanted.length !== given.length || !timingSafeEqual(wanted, given)) return 'forged';
      return expires * 1000 > now() ? 'good' : 'expired';
    },
  };
}
