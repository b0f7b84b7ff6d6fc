/**
 * Compiled reads as a Prisma Client extension: `json()` and `jsonMany()` on every model.
 *
 * They take the arguments of `findUnique`/`findFirst` and `findMany`, typed by the client that is extended, and give the
 * JSON text that PostgreSQL built, in one statement whatever the depth. The engine knows no client: any will do whose
 * generator for the data model ran with it.
 */
import { Prisma } from '@prisma/client/extension';
import type { Types } from '@prisma/client/runtime/client';
import { createCompiler, type ReadRow, type Statement } from './compile.ts';
import { toArguments } from './plan/arguments.ts';
