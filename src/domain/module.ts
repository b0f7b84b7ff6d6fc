/** A module of the marketplace: what may be asked of it, where, and what it does behind requests. */
import type { FastifyInstance } from 'fastify';
import type { Resource, Writes } from 'hotpath';
import type { AnyJob } from 'hotpath/jobs';
import type { Prisma } from '#client';
import type { Dependencies } from '../plugins/jobs.ts';

export interface DomainModule {
  /** The name of its folder. */
  readonly name: string;
  readonly resources: readonly Resource[];
  /** What its routes and jobs do to rows; the database lets the service do nothing else. */
  readonly writes?: Writes<Prisma.ModelName>;
  readonly jobs?: readonly AnyJob<Dependencies>[];
  routes(app: FastifyInstance): void;
}
