/** The Prisma Client of a service: its type, its transactions, and compiled statements in them. */
import type { ReadRow } from '../compile/compile.ts';
import type { Execute } from '../compile/execute.ts';

/**
 * The Prisma Client of the service. The library calls two of its methods, so any client fits. A team that registers its
 * own client gets its type wherever the library passes it on, such as `tx` in `createOnce`:
 *
 *     declare module 'hotpath/fastify' {
 *       interface Register { prisma: PrismaClient; }
 *     }
 */
// biome-ignore lint/suspicious/noEmptyInterface: a team adds to it
export interface Register {}

/** The methods that the library calls on a client, in a transaction and outside. */
export interface RawQueries {
  $queryRawUnsafe<T = unknown>(query: string, ...values: unknown[]): PromiseLike<T>;
  $executeRawUnsafe(query: string, ...values: unknown[]): PromiseLike<number>;
}

export interface AnyPrismaClient extends RawQueries {
  // biome-ignore lint/suspicious/noExplicitAny: `never` would take no client, and `unknown` no work
  $transaction<T>(work: (tx: any) => Promise<T>): Promise<T>;
}

type NotInTransactions = '$connect' | '$disconnect' | '$on' | '$use' | '$extends';

/** The team's own client, if it is registered. */
export type RegisteredClient = Register extends { prisma: infer Client } ? Client : AnyPrismaClient;

/** A transaction of the team's own client, if it is registered. */
export type RegisteredTransaction = Register extends { prisma: infer Client }
  ? Omit<Client, NotInTransactions>
  : RawQueries;

/** A transaction of the service's client. An error of the work rolls it back. */
export const inTransaction = <T>(
  client: RegisteredClient,
  work: (tx: RegisteredTransaction & RawQueries) => Promise<T>,
): Promise<T> => (client as unknown as AnyPrismaClient).$transaction(work);

/** Runs compiled statements in a transaction of the client, which reads no rows in PostgreSQL's binary format. */
export function executeIn(tx: Pick<RawQueries, '$queryRawUnsafe'>): Execute {
  return async (statement) => {
    const { text, values } = statement.asJson?.() ?? statement;
    const [row] = await tx.$queryRawUnsafe<ReadRow[]>(text, ...values);
    return row!;
  };
}
