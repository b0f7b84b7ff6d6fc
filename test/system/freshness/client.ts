/** Requests to the instances over HTTP, on connections that are kept. */
import { Agent, type RequestOptions, request } from 'node:http';
import { request as requestSecurely, Agent as SecureAgent } from 'node:https';

export interface Reply {
  readonly status: number;
  readonly body: string;
  /** How the cache answered: `l1 hit`. */
  readonly cache: string | undefined;
  readonly token: string | undefined;
  readonly cacheStatus: string | undefined;
  /** Whether it was kept for the key of an earlier request. */
  readonly isReplayed: boolean;
}

export interface Asked {
  /** Of the server, without a slash at its end. */
  readonly address: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly payload?: object;
}

export type Ask = (asked: Asked) => Promise<Reply>;

const TIMEOUT_MS = 30_000;

export function createClient(): { ask: Ask; close(): void } {
  const plain = new Agent({ keepAlive: true });
  const secure = new SecureAgent({ keepAlive: true });
  const ask = ({ address, path, headers, method = 'GET', payload }: Asked) =>
    new Promise<Reply>((resolve, reject) => {
      const type = payload && { 'content-type': 'application/json' };
      const options: RequestOptions = { method, headers: { ...headers, ...type }, timeout: TIMEOUT_MS };
      const isSecure = address.startsWith('https:');
      const [send, agent] = isSecure ? [requestSecurely, secure] : [request, plain];
      const sent = send(address + path, { ...options, agent }, (reply) => {
        const chunks: Buffer[] = [];
        reply.on('data', (chunk: Buffer) => chunks.push(chunk));
        reply.once('error', reject);
        reply.once('end', () => {
          resolve({
            status: reply.statusCode!,
            body: Buffer.concat(chunks).toString(),
            cache: /cache;desc="([^"]+)"/.exec(String(reply.headers['server-timing']))?.[1],
            token: reply.headers['consistency-token'] as string | undefined,
            cacheStatus: reply.headers['cache-status'] as string | undefined,
            isReplayed: reply.headers['idempotent-replayed'] === 'true',
          });
        });
      });
      sent.once('timeout', () => sent.destroy(new Error(`${path} took longer than ${TIMEOUT_MS} ms.`)));
      sent.once('error', reject);
      sent.end(payload && JSON.stringify(payload));
    });
  return {
    ask,
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}
