/**
 * Ways to write without the service: a SQL statement, Prisma, a transaction of another connection, a transaction that
 * is rolled back.
 */
import type { Hotpath } from '../fastify/instance.ts';
import type { WatchedTable } from '../freshness/watched.ts';
import type { SessionPool } from '../session/session-pool.ts';
import { changeable, deleteRow, oneOf, type Queries, untilWritten, updateRow, type Written } from './random-writes.ts';

export type WriterName = 'sql' | 'prisma' | 'transaction' | 'rollback';

export type RowWriter = () => Promise<Written>;

export function writersOf(hotpath: Hotpath, pool: SessionPool): Readonly<Record<WriterName, RowWriter>> {
  const tables = [...hotpath.watched.tables.values()];
  return {
    sql: () => untilWritten('by SQL', () => (Math.random() < 0.3 ? deleteRow : updateRow)(pool, oneOf(tables))),
    prisma: () => untilWritten('by Prisma', () => writeByPrisma(hotpath, oneOf([...hotpath.watched.tables]))),
    transaction: () => untilWritten('in a transaction', () => inTransaction(pool, tables, 'COMMIT')),
    rollback: () => untilWritten('in a transaction', () => inTransaction(pool, tables, 'ROLLBACK')),
  };
}

const CHANGES = 3;

/** Several changes in one transaction, one of them rolled back within it. */
async function inTransaction(
  pool: SessionPool,
  tables: readonly WatchedTable[],
  end: 'COMMIT' | 'ROLLBACK',
): Promise<Written | undefined> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const all: string[] = [];
    for (let count = 0; count < CHANGES; count += 1) {
      await client.query('SAVEPOINT one');
      const written = await updateRow(client, oneOf(tables)).catch(() => undefined);
      if (!written || count === 1) await client.query('ROLLBACK TO one');
      else all.push(written.what);
    }
    await client.query(end);
    return all.length > 0 ? { what: `BEGIN; ${all.join('; ')}; ${end}` } : undefined;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

interface Delegate {
  count(): Promise<number>;
  findFirst(args: object): Promise<Readonly<Record<string, unknown>> | null>;
  updateMany(args: object): Promise<{ readonly count: number }>;
}

/** A join table of Prisma's own has no method, so the other writers change its rows. */
async function writeByPrisma(
  { prisma, resources }: Hotpath,
  [model, table]: [string, WatchedTable],
): Promise<Written | undefined> {
  const fields = changeable(table);
  if (!Object.hasOwn(resources.dataModel.models, model) || fields.length === 0) return undefined;
  const method = model.charAt(0).toLowerCase() + model.slice(1);
  const delegate = (prisma as unknown as Record<string, Delegate | undefined>)[method];
  if (!delegate) return updateRow(rawly(prisma), table);
  const field = oneOf(fields).name;
  const keys = table.identity.map((key) => key.name);
  const rows = await delegate.count();
  if (rows === 0) return undefined;
  const select = Object.fromEntries([...keys, field].map((each) => [each, true]));
  const at = { skip: Math.floor(Math.random() * rows), select };
  const [row, other] = [
    await delegate.findFirst(at),
    await delegate.findFirst({ ...at, skip: Math.floor(Math.random() * rows) }),
  ];
  if (!row || !other) return undefined;
  const value = changed(row[field], other[field]);
  if (value === undefined) return undefined;
  const where = Object.fromEntries(keys.map((key) => [key, row[key]]));
  const { count } = await delegate.updateMany({ where, data: { [field]: value } });
  return count > 0 ? { what: `prisma.${method}.updateMany of ${field}` } : undefined;
}

/** If the client has no method for the model, it sends SQL. */
const rawly = (prisma: Hotpath['prisma']): Queries => ({
  query: async (text) => ({ rowCount: await prisma.$executeRawUnsafe(text), rows: [] }),
});

/** Another row's value if it differs, else a value derived from this one. */
function changed(value: unknown, other: unknown): unknown {
  if (other !== null && String(value) !== String(other)) return other;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  if (value instanceof Date) return new Date(value.getTime() + 3_600_000);
  return undefined;
}
