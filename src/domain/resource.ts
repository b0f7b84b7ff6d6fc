/** The marketplace's `resource()`: typed by its own Prisma Client, so that a name that is in no model does not compile. */

import { resources } from 'hotpath';
import type { Prisma } from '#client';

export const resource = resources<Prisma.TypeMap>();
