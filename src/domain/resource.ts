/** The marketplace's `resource()`: typed by its own Prisma Client, so that a name that is in no model does not compile. */
import type { Prisma } from '#client';
import { resources } from '../engine/resource/resource.ts';

export const resource = resources<Prisma.TypeMap>();
