import { describe, expect, it } from 'vitest';
import { as, useApp } from '../support/app.ts';

const app = useApp({ seeded: true });

const get = async (url: string, headers: Record<string, string> = {}) => {
  const reply = await app().inject({ url, headers });
  return { status: reply.statusCode, headers: reply.headers, body: reply.body, raw: reply.rawPayload };
};

describe('a cached read', () => {
  it('is read once, and then served from memory without a statement', async () => {
    const first = await get('/v1/products?limit=3');
    const second = await get('/v1/products?limit=3');
    console.log(first.headers, second.headers, app().cacheStats, app().follower.isCurrent);
    expect(second.headers['server-timing']).toContain('cache;desc="l1 hit"');
    expect(second.body).toBe(first.body);
  });
});
