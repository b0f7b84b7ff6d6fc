/** Sessions: `POST /login` sets a cookie, and each request knows its user as `request.user`. */
import { randomBytes } from 'node:crypto';
import fp from 'fastify-plugin';
import { isPassword } from './passwords.ts';

declare module 'fastify' {
  interface FastifyRequest {
    user: { readonly id: string; readonly login: string } | null;
  }
}

interface Credentials {
  readonly login: string;
  readonly password: string;
}

const CREDENTIALS = {
  type: 'object',
  required: ['login', 'password'],
  properties: { login: { type: 'string' }, password: { type: 'string' } },
};
const DAY_MS = 86_400_000;
const COOKIE = /(?:^|;\s*)sid=([0-9a-f]{64})/;

export const sessions = fp(async (app) => {
  app.decorateRequest('user', null);
  app.addHook('onRequest', async (request) => {
    const token = COOKIE.exec(request.headers.cookie ?? '')?.[1];
    if (token === undefined) return;
    const where = { token, expires_at: { gt: new Date() } };
    const found = await app.prisma.session.findFirst({
      where,
      select: { user: { select: { id: true, login: true } } },
    });
    request.user = found?.user ?? null;
  });
  app.post<{ Body: Credentials }>('/login', { schema: { body: CREDENTIALS } }, async ({ body }, reply) => {
    const user = await app.prisma.app_user.findUnique({ where: { login: body.login } });
    if (!user || !isPassword(body.password, user.password_hash))
      return reply.code(401).send({ error: { code: 'LOGIN' } });
    const token = randomBytes(32).toString('hex');
    const expires_at = new Date(Date.now() + DAY_MS);
    await app.prisma.session.create({ data: { token, user_id: user.id, expires_at } });
    return reply.header('set-cookie', `sid=${token}; HttpOnly; SameSite=Lax; Path=/`).code(204).send();
  });
});
