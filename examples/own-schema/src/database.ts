/** The database as this server has always had it: a pool, and Prisma over it as `app.prisma`. */
import { PrismaPg } from '@prisma/adapter-pg';
import fp from 'fastify-plugin';
import pg from 'pg';
import { PrismaClient } from '../generated/client.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly prisma: PrismaClient;
    readonly pool: pg.Pool;
  }
}

export const database = fp<{ url: string }>(async (app, { url }) => {
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  app.decorate('pool', pool).decorate('prisma', prisma);
  app.addHook('onClose', async () => {
    await prisma.$disconnect();
    await pool.end();
  });
});
