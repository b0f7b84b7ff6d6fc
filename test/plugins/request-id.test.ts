import { expect, it } from 'vitest';
import { requestIdOf } from '../../src/plugins/request-id.ts';
import { useApp } from '../support/app.ts';

const app = useApp();
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

it("is the client's own, in the reply and in the problem", async () => {
  const reply = await app().inject({ url: '/v1/nothing', headers: { 'x-request-id': 'trace:7f.a_b-c/1=' } });
  expect(reply.headers['x-request-id']).toBe('trace:7f.a_b-c/1=');
  expect(reply.json().requestId).toBe('trace:7f.a_b-c/1=');
});

it('is a new one if the client sent none', async () => {
  const ids = await Promise.all([1, 2].map(async () => (await app().inject('/healthz')).headers['x-request-id']));
  expect(ids).toEqual([expect.stringMatching(UUID), expect.stringMatching(UUID)]);
  expect(ids[0]).not.toBe(ids[1]);
});

it.each(['', 'a b', 'x'.repeat(129), '"},{"level":60', 'a\r\nset-cookie: b', '{jndi:ldap}', 'ä'])(
  "is a new one if the client's is unsafe: %j",
  (given) => {
    expect(requestIdOf({ headers: { 'x-request-id': given } })).toMatch(UUID);
  },
);
