/**
 * The slow service: the reads of Hotpath as teams write them before they measure.
 *
 * Nothing here is slow on purpose: there is no pause, and nothing that a code review would stop. The service reads and sends
 * whole rows, and reads a relation where it shows it, even if it has read the same row before, one await after the other.
 * Lists have no pages. There are ten connections, no cache and no compression. The service runs on the same rows as Hotpath,
 * in a database whose only indexes are those that the rules of the data need.
 */
import type { AddressInfo } from 'node:net';
import { PrismaPg } from '@prisma/adapter-pg';
import Fastify from 'fastify';
import pg from 'pg';
import { PrismaClient } from '#client';
import { answerQuestions } from '../support/child.ts';
import { dashboardRoutes } from './dashboard.ts';
import { homeRoutes } from './home.ts';
import { productRoutes } from './products.ts';
import { projectRoutes } from './projects.ts';
import { readingRoutes } from './readings.ts';

let statements = 0;
countStatements();

const adapter = new PrismaPg({ connectionString: process.env['DATABASE_URL']!, max: 10 });
const prisma = new PrismaClient({ adapter });
const app = Fastify();
for (const routes of [dashboardRoutes, projectRoutes, homeRoutes, productRoutes, readingRoutes]) routes(app, prisma);
await app.listen({ host: '127.0.0.1', port: 0 });

answerQuestions({
  address: () => `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
  statements: () => statements,
});

/** All that this process has sent to PostgreSQL: one increment each. */
function countStatements(): void {
  const { query } = pg.Client.prototype;
  Object.assign(pg.Client.prototype, {
    query(this: pg.Client, ...args: unknown[]): unknown {
      statements += 1;
      return Reflect.apply(query, this, args);
    },
  });
}
