/**
 * The marketplace's `resource()`. Its types know the marketplace's Prisma Client: a name that no model has does not compile.
 */

import { resources } from 'hotpath';
import type { Prisma } from '#client';

export const resource = resources<Prisma.TypeMap>();
