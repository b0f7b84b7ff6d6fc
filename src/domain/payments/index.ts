/** Payments: what users spent, where, and on what. */
import type { FastifyInstance } from 'fastify';
import { dashboardRoutes } from './routes.ts';

export async function payments(app: FastifyInstance) {
  app.register(dashboardRoutes);
}
