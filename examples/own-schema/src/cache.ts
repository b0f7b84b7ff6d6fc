/** A cache of this server's own, as `app.cache`: it computes each value at most once a minute. */
import fp from 'fastify-plugin';

const MINUTE_MS = 60_000;

declare module 'fastify' {
  interface FastifyInstance {
    readonly cache: MinuteCache;
  }
}

class MinuteCache {
  readonly #kept = new Map<string, { readonly value: unknown; readonly until: number }>();

  async get<T>(key: string, compute: () => Promise<T>): Promise<T> {
    const known = this.#kept.get(key);
    if (known && known.until > Date.now()) return known.value as T;
    const value = await compute();
    this.#kept.set(key, { value, until: Date.now() + MINUTE_MS });
    return value;
  }
}

export const cache = fp(async (app) => void app.decorate('cache', new MinuteCache()));
