/** A module of the marketplace: its resources, its routes and its jobs. */
import type { FastifyInstance } from 'fastify';
import type { Resource, Writes } from 'hotpath';
import type { AnyJob } from 'hotpath/jobs';
import type { Prisma } from '#client';
import type { Dependencies } from '../plugins/jobs.ts';

export interface DomainModule {
  /** The name of its folder. */
  readonly name: string;
  readonly resources: readonly Resource[];
  /** The changes of its routes and jobs to rows; the database allows the service no other. */
  readonly writes?: Writes<Prisma.ModelName>;
  readonly jobs?: readonly AnyJob<Dependencies>[];
  routes(app: FastifyInstance): void;
}
