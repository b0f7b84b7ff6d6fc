/** Each shape as Prisma's own client reads it, with no field that is not shown, by one strategy of loading relations. */
import { PrismaPg } from '@prisma/adapter-pg';
import { type Prisma, PrismaClient } from '#client';
import { type ReadAnswer, type ReadAnswers, windowEnding } from '../shapes.ts';
import { openPool, PreparedNames } from './pool.ts';

type Strategy = 'query' | 'join';

interface Way {
  readonly prisma: PrismaClient;
  readonly relationLoadStrategy: Strategy;
}

export async function prismaAnswers(url: string, relationLoadStrategy: Strategy): Promise<ReadAnswers> {
  const names = new PreparedNames();
  const statementNameGenerator = ({ sql }: { sql: string }) => names.of(sql);
  const prisma = new PrismaClient({ adapter: new PrismaPg(await openPool(url), { statementNameGenerator }) });
  const way = { prisma, relationLoadStrategy };
  return {
    row: (id) => prisma.user.findUnique({ where: { id }, select: PROFILE }),
    list: list(way, 50),
    list1: list(way, 1),
    list100: list(way, 100),
    list1000: list(way, 1000),
    dashboard: (id) => prisma.user.findUnique({ where: { id }, select: DASHBOARD, relationLoadStrategy }),
    products: products(way),
    reviews: (id) => prisma.product.findUnique({ where: { id }, select: REVIEWED, relationLoadStrategy }),
    project: (id) => prisma.project.findUnique({ where: { id }, select: PROJECT, relationLoadStrategy }),
    home: home(way),
    readings: readings(way),
  };
}

const LATEST = [{ createdAt: 'desc' as const }, { id: 'desc' as const }];
const PROFILE = { id: true, name: true, email: true, avatarUrl: true } satisfies Prisma.UserSelect;
const PERSON = { select: { id: true, name: true } };

const TRANSACTION = {
  id: true,
  amount: true,
  currency: true,
  status: true,
  createdAt: true,
  merchant: { select: { name: true, category: { select: { name: true } } } },
} satisfies Prisma.TransactionSelect;

const DASHBOARD = {
  ...PROFILE,
  transactions: { orderBy: LATEST, take: 50, select: TRANSACTION },
  totals: {
    orderBy: [{ total: 'desc' }, { categoryId: 'asc' }],
    take: 100,
    select: { category: true, total: true, count: true },
  },
} satisfies Prisma.UserSelect;

const REVIEWED = {
  id: true,
  name: true,
  price: true,
  imageUrl: true,
  reviews: {
    orderBy: LATEST,
    take: 100,
    select: { id: true, rating: true, title: true, body: true, createdAt: true, user: PERSON },
  },
} satisfies Prisma.ProductSelect;

const PROJECT = {
  id: true,
  parentId: true,
  name: true,
  description: true,
  status: true,
  createdAt: true,
  updatedAt: true,
  permissions: { orderBy: { userId: 'asc' }, take: 100, select: { role: true, user: PERSON } },
  activities: {
    orderBy: LATEST,
    take: 20,
    select: { id: true, kind: true, summary: true, createdAt: true, user: PERSON },
  },
} satisfies Prisma.ProjectSelect;

const list =
  ({ prisma, relationLoadStrategy }: Way, take: number): ReadAnswer =>
  (userId) =>
    prisma.transaction.findMany({
      where: { userId },
      orderBy: LATEST,
      take,
      select: TRANSACTION,
      relationLoadStrategy,
    });

/** Prisma counts within the read; averages take a statement of their own. */
function products({ prisma, relationLoadStrategy }: Way): ReadAnswer {
  const select = { id: true, name: true, price: true, imageUrl: true, inventory: { select: { quantity: true } } };
  return async (merchantId) => {
    const rows = await prisma.product.findMany({
      where: { merchantId },
      orderBy: LATEST,
      take: 20,
      select,
      relationLoadStrategy,
    });
    const rated = await prisma.review.groupBy({
      by: ['productId'],
      where: { productId: { in: rows.map(({ id }) => id) } },
      _avg: { rating: true },
      _count: true,
    });
    const ratings = new Map(rated.map((each) => [each.productId, each]));
    return rows.map(({ inventory, ...product }) => ({
      ...product,
      rating: ratings.get(product.id)?._avg.rating ?? null,
      reviewCount: ratings.get(product.id)?._count ?? 0,
      inStock: (inventory?.quantity ?? 0) > 0,
    }));
  };
}

function home({ prisma, relationLoadStrategy }: Way): ReadAnswer {
  const unread = { readAt: null };
  const select = {
    name: true,
    email: true,
    posts: { orderBy: LATEST, take: 10, select: { id: true, title: true, createdAt: true } },
    notifications: {
      where: unread,
      orderBy: LATEST,
      take: 20,
      select: { id: true, kind: true, title: true, createdAt: true },
    },
    _count: { select: { notifications: { where: unread } } },
  } satisfies Prisma.UserSelect;
  return async (id) => {
    const { _count, ...user } = await prisma.user.findUniqueOrThrow({ where: { id }, select, relationLoadStrategy });
    return { ...user, unread: _count.notifications };
  };
}

const readings =
  ({ prisma }: Way): ReadAnswer =>
  (minutes) => {
    const { since, until } = windowEnding(minutes);
    return prisma.reading.findMany({
      where: { timestamp: { gte: since, lt: until } },
      orderBy: [{ timestamp: 'desc' }, { deviceId: 'desc' }],
      take: 100,
      select: { deviceId: true, timestamp: true, temperature: true, humidity: true },
    });
  };
