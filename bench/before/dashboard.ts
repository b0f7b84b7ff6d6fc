/** A user's dashboard: the latest transactions, each with its merchant and category, and what was spent by category. */
import { Prisma, type PrismaClient } from '#client';
import type { ById, Routes } from './routes.ts';

export const dashboardRoutes: Routes = (app, prisma) => {
  app.get<ById>('/v1/users/:id/dashboard', async ({ params }) => {
    const id = Number(params.id);
    const user = await prisma.user.findUniqueOrThrow({ where: { id } });
    const transactions = await latest(prisma, id);
    const totals = await totalsOf(prisma, id);
    return { data: { ...user, transactions, totals } };
  });

  app.patch<ById<Prisma.UserUpdateInput>>('/v1/users/:id', async ({ params, body }) => ({
    data: await prisma.user.update({ where: { id: Number(params.id) }, data: body }),
  }));
};

async function latest(prisma: PrismaClient, userId: number): Promise<object[]> {
  const rows = await prisma.transaction.findMany({
    where: { userId },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: 50,
  });
  const transactions: object[] = [];
  for (const row of rows) {
    const merchant = await prisma.merchant.findUniqueOrThrow({ where: { id: row.merchantId } });
    const category = await prisma.category.findUniqueOrThrow({ where: { id: merchant.categoryId } });
    transactions.push({ ...row, merchant: { ...merchant, category } });
  }
  return transactions;
}

interface Total {
  readonly category: string;
  readonly total: Prisma.Decimal;
  readonly count: number;
}

async function totalsOf(prisma: PrismaClient, userId: number): Promise<Total[]> {
  const totals: Total[] = [];
  for (const category of await prisma.category.findMany({ orderBy: { id: 'asc' } })) {
    const spent = await prisma.transaction.findMany({
      where: { userId, merchant: { categoryId: category.id }, status: { in: ['pending', 'settled'] } },
    });
    const total = spent.reduce((sum, { amount }) => sum.plus(amount), new Prisma.Decimal(0));
    if (spent.length > 0) totals.push({ ...category, category: category.name, total, count: spent.length });
  }
  return totals.sort((one, other) => other.total.cmp(one.total));
}
