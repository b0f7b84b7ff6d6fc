/** The marketplace's table of contents: one line a module. */
import type { FastifyInstance } from 'fastify';
import { payments } from './payments/index.ts';

export async function domain(app: FastifyInstance) {
  app.register(payments);
}
