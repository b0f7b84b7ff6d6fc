import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { as, useApp } from '../support/app.ts';

function page(service: App): void {
  const contentSecurityPolicy = { directives: { scriptSrc: ["'self'"] } };
  service.register(async (scope) => {
    scope.get('/page', { config: { budget: 0 }, helmet: { contentSecurityPolicy } }, async () => ({}));
  });
}

describe('every reply', () => {
  const app = useApp({ extend: page });

  it.each([
    ['/healthz', {}],
    ['/v1/nothing', {}],
    ['/v1/users/1', { authorization: 'Bearer x' }],
  ])('carries the security headers: %s', async (url, headers: Record<string, string>) => {
    expect((await app().inject({ url, headers })).headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'cross-origin-resource-policy': 'same-origin',
    });
  });

  it('does not reveal its software', async () => {
    const { headers } = await app().inject('/healthz');
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('server');
  });

  it('may load the content that its route declares', async () => {
    const { headers } = await app().inject('/page');
    expect(headers['content-security-policy']).toContain("script-src 'self'");
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('allows no other origin by default', async () => {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
    for (const method of ['GET', 'OPTIONS'] as const) {
      const reply = await app().inject({ method, url: '/v1/products', headers });
      expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      expect(String(reply.headers.vary ?? '')).not.toMatch(/origin/i);
    }
  });
});

describe('with CORS_ORIGINS', () => {
  const app = useApp({ environment: { CORS_ORIGINS: 'https://app.example,https://admin.example' } });
  const from = (origin: string) => ({ origin });

  it('lets the scripts of those origins read the reply and its headers', async () => {
    const { headers } = await app().inject({ url: '/v1/products', headers: from('https://admin.example') });
    expect(headers['access-control-allow-origin']).toBe('https://admin.example');
    expect(headers['access-control-expose-headers']).toContain('ETag');
    expect(headers['access-control-expose-headers']).toContain('Retry-After');
    expect(headers['access-control-allow-credentials']).toBeUndefined();
    expect(headers.vary).toMatch(/origin/i);
    expect(headers.vary).toMatch(/accept-encoding/i);
  });

  it.each(['https://evil.example', 'https://app.example.evil.example', 'http://app.example', 'null'])(
    'allows no other origin: %s',
    async (origin) => {
      const { headers } = await app().inject({ url: '/v1/products', headers: from(origin) });
      expect(headers['access-control-allow-origin']).toBeUndefined();
      expect(headers.vary).toMatch(/origin/i);
    },
  );

  it('lets them read refusals, too', async () => {
    const headers = { ...from('https://app.example'), authorization: 'Bearer x' };
    const reply = await app().inject({ url: '/v1/products', headers });
    expect(reply.statusCode).toBe(401);
    expect(reply.headers['access-control-allow-origin']).toBe('https://app.example');
  });

  it('answers the preflight request, which has no token', async () => {
    const reply = await app().inject({
      method: 'OPTIONS',
      url: '/v1/users/1/dashboard',
      headers: {
        ...from('https://app.example'),
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization,if-match,idempotency-key',
      },
    });
    expect(reply.statusCode).toBe(204);
    expect(reply.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': 'authorization,if-match,idempotency-key',
      'access-control-max-age': '600',
    });
  });

  it('still answers a plain OPTIONS with Allow', async () => {
    const reply = await app().inject({ method: 'OPTIONS', url: '/healthz', headers: as(1) });
    expect(reply.statusCode).toBe(204);
    expect(reply.headers.allow).toBe('GET, HEAD, OPTIONS');
    expect((await app().inject({ method: 'OPTIONS', url: '/nothing' })).statusCode).toBe(404);
  });
});

describe('with CORS_ORIGINS=*', () => {
  const app = useApp({ environment: { CORS_ORIGINS: '*' } });

  it('lets every origin', async () => {
    const { headers } = await app().inject({ url: '/healthz', headers: { origin: 'https://any.example' } });
    expect(headers['access-control-allow-origin']).toBe('*');
  });
});
