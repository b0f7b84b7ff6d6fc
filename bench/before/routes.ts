/** The parts that a file of routes gets. */
import type { FastifyInstance } from 'fastify';
import type { PrismaClient } from '#client';

export type Routes = (app: FastifyInstance, prisma: PrismaClient) => void;

export interface ById<Body = unknown> {
  readonly Params: { readonly id: string };
  readonly Body: Body;
}
