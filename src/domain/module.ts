/** A module of the marketplace: what may be asked of it, and where. */
import type { FastifyInstance } from 'fastify';
import type { Resource } from '../engine/resource/resource.ts';

export interface Module {
  /** The name of its folder. */
  readonly name: string;
  readonly resources: readonly Resource[];
  routes(app: FastifyInstance): void;
}
