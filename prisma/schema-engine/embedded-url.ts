/**
 * The URL of the project's embedded PostgreSQL for a Prisma CLI without DATABASE_URL. The CLI needs a URL before the server
 * runs, so its host does not exist. Only the engine connects, and it starts the server first.
 */
export const EMBEDDED_URL = 'postgresql://embedded/hotpath';
