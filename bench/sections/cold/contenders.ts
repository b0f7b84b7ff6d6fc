/** The ways to answer one request: the dashboard of a user, as the JSON text that a route would send. */
import { Prisma } from '#client';
import type { App } from '../../../src/app.ts';
import { dashboard } from '../../../src/domain/payments/resource.ts';
import type { Statement } from '../../../src/engine/compile/compile.ts';

/** Answers with the dashboard of the user with this id. */
export type Answer = (userId: number) => Promise<string>;

export const CONTENDERS: Readonly<Record<string, (app: App) => Answer | Promise<Answer>>> = {
  naive: (app) => (userId) => naive(app, userId),
  prismaQuery: (app) => (userId) => prisma(app, userId, 'query'),
  prismaJoin: (app) => (userId) => prisma(app, userId, 'join'),
  compiled: (app) => async (userId) => (await app.rowOf(dashboard, { id: userId }, ADMIN))!,
  compiledStatement: prepared,
};

const ADMIN = { subject: '1', role: 'admin' };
const LATEST = [{ createdAt: 'desc' }, { id: 'desc' }] satisfies Prisma.TransactionOrderByWithRelationInput[];

const select = {
  id: true,
  name: true,
  email: true,
  avatarUrl: true,
  transactions: {
    orderBy: LATEST,
    take: 50,
    select: {
      id: true,
      amount: true,
      currency: true,
      status: true,
      createdAt: true,
      merchant: { select: { name: true, category: { select: { name: true } } } },
    },
  },
  totals: {
    orderBy: [{ total: 'desc' }, { categoryId: 'asc' }],
    take: 100,
    select: { category: true, total: true, count: true },
  },
} satisfies Prisma.UserSelect;

async function prisma(app: App, id: number, relationLoadStrategy: 'query' | 'join'): Promise<string> {
  return JSON.stringify(await app.prisma.user.findUnique({ where: { id }, select, relationLoadStrategy }));
}

/** The statement that the service sends for a user's dashboard. It is named from its second use on. */
export async function sentStatement(app: App, userId: number): Promise<Statement> {
  const { execute } = app;
  let sent: Statement | undefined;
  const spy = (statement: Statement) => {
    sent = statement;
    return execute(statement);
  };
  Object.assign(app, { execute: spy });
  for (let use = 1; use <= 2; use += 1) await app.rowOf(dashboard, { id: userId }, ADMIN);
  Object.assign(app, { execute });
  return sent!;
}

async function prepared(app: App): Promise<Answer> {
  const { name, text, values } = await sentStatement(app, 1);
  if (name === undefined || values.length !== 1)
    throw new Error('The dashboard is no prepared statement of one value.');
  return async (userId) => (await app.execute({ name, text, values: [userId] })).json!;
}

/** How it is often written: full rows, a query a child, one after the other, and sums in JavaScript. */
async function naive(app: App, id: number): Promise<string> {
  const { name, email, avatarUrl } = await app.prisma.user.findUniqueOrThrow({ where: { id } });
  const rows = await app.prisma.transaction.findMany({ where: { userId: id }, orderBy: LATEST, take: 50 });
  const transactions: object[] = [];
  for (const { id, amount, currency, status, createdAt, merchantId } of rows) {
    const merchant = await app.prisma.merchant.findUniqueOrThrow({ where: { id: merchantId } });
    const category = await app.prisma.category.findUniqueOrThrow({ where: { id: merchant.categoryId } });
    const named = { name: merchant.name, category: { name: category.name } };
    transactions.push({ id, amount, currency, status, createdAt, merchant: named });
  }
  return JSON.stringify({ id, name, email, avatarUrl, transactions, totals: await naiveTotals(app, id) });
}

async function naiveTotals(app: App, userId: number): Promise<object[]> {
  const totals: { category: string; total: Prisma.Decimal; count: number }[] = [];
  for (const { id: categoryId, name: category } of await app.prisma.category.findMany({ orderBy: { id: 'asc' } })) {
    const spent = await app.prisma.transaction.findMany({
      where: { userId, merchant: { categoryId }, status: { in: ['pending', 'settled'] } },
    });
    const total = spent.reduce((sum, { amount }) => sum.plus(amount), new Prisma.Decimal(0));
    if (spent.length > 0) totals.push({ category, total, count: spent.length });
  }
  return totals.sort((one, other) => other.total.cmp(one.total));
}
