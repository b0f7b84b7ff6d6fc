/** A module of the marketplace: what may be asked of it, where, and what it does behind requests. */
import type { FastifyInstance } from 'fastify';
import type { AnyJob } from '../engine/jobs/job.ts';
import type { Resource } from '../engine/resource/resource.ts';
import type { Means } from '../plugins/jobs.ts';

export interface Module {
  /** The name of its folder. */
  readonly name: string;
  readonly resources: readonly Resource[];
  readonly jobs?: readonly AnyJob<Means>[];
  routes(app: FastifyInstance): void;
}
