/** The dashboard's selection: a profile, the latest transactions, and what was spent by category. */
import type { Prisma } from '#client';

export const LATEST_TRANSACTIONS = 50;

export const dashboardSelect = {
  id: true,
  name: true,
  email: true,
  avatarUrl: true,
  transactions: {
    select: {
      id: true,
      amount: true,
      currency: true,
      status: true,
      createdAt: true,
      merchant: { select: { name: true, category: { select: { name: true } } } },
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: LATEST_TRANSACTIONS,
  },
  totals: {
    select: { category: true, total: true, count: true },
    orderBy: [{ total: 'desc' }, { categoryId: 'asc' }],
  },
} satisfies Prisma.UserSelect;
