/**
 * The URL that stands for the project's embedded PostgreSQL where DATABASE_URL is not set. The Prisma CLI wants a URL
 * before anything runs, and the server may not run yet, so this one's host is no host: the engine, which alone
 * connects, opens the server behind it.
 */
export const EMBEDDED_URL = 'postgresql://embedded/hotpath';
