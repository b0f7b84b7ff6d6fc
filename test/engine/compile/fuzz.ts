/**
 * The oracle for as long as you like: `npm run fuzz -- --cases 100000 --seed 7`.
 *
 * Draws data and arguments for two schemas, compares compiled reads with Prisma Client, and stops at the first
 * difference with the smallest arguments that show it. Needs `DATABASE_URL` of a server on which it may create databases.
 */
