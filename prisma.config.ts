/** Prisma's CLI: where the schema and its migrations are, which database they are for, and the engine that migrates it. */

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'prisma/config';
import { EMBEDDED_URL } from './prisma/schema-engine/embedded-url.ts';

// Prisma's own engine is a native binary from Prisma's host. This one comes with `npm ci`. It is a shell script, so Windows keeps Prisma's.
if (process.platform !== 'win32') {
  process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= fileURLToPath(
    new URL('prisma/schema-engine/schema-engine', import.meta.url),
  );
}

export default defineConfig({
  schema: 'prisma/schema',
  migrations: { path: 'prisma/migrations', seed: 'node prisma/seed/main.ts' },
  datasource: { url: process.env.DATABASE_URL ?? EMBEDDED_URL },
});
