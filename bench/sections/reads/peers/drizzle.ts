/** Each shape as Drizzle reads it, prepared: relational queries for what is nested, plain selects for what is flat. */
import { and, asc, desc, eq, gte, isNull, lt, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { type ReadAnswer, type ReadAnswers, windowEnding } from '../shapes.ts';
import * as schema from './drizzle-schema.ts';
import { openPool } from './pool.ts';

const ID = sql.placeholder('id');
const PERSON = { columns: { id: true, name: true } } as const;
const TRANSACTION = {
  columns: { id: true, amount: true, currency: true, status: true, createdAt: true },
  with: { merchant: { columns: { name: true }, with: { category: { columns: { name: true } } } } },
} as const;
const LATEST = [desc(schema.transactions.createdAt), desc(schema.transactions.id)];

const open = async (url: string) => drizzle(await openPool(url), { schema });
type Db = Awaited<ReturnType<typeof open>>;

export async function drizzleAnswers(url: string): Promise<ReadAnswers> {
  const db = await open(url);
  const { id, name, email, avatarUrl } = schema.users;
  const row = db.select({ id, name, email, avatarUrl }).from(schema.users).where(eq(id, ID)).prepare('row');
  return {
    row: async (id) => (await row.execute({ id }))[0],
    list: list(db, 50),
    list1: list(db, 1),
    list100: list(db, 100),
    list1000: list(db, 1000),
    dashboard: dashboard(db),
    products: products(db),
    reviews: reviews(db),
    project: project(db),
    home: home(db),
    readings: readings(db),
  };
}

function list(db: Db, limit: number): ReadAnswer {
  const transactions = db.query.transactions
    .findMany({ ...TRANSACTION, where: eq(schema.transactions.userId, ID), orderBy: LATEST, limit })
    .prepare(`list ${limit}`);
  return (id) => transactions.execute({ id });
}

function dashboard(db: Db): ReadAnswer {
  const user = db.query.users
    .findFirst({
      where: eq(schema.users.id, ID),
      columns: { id: true, name: true, email: true, avatarUrl: true },
      with: {
        transactions: { ...TRANSACTION, orderBy: LATEST, limit: 50 },
        totals: {
          columns: { category: true, total: true, count: true },
          orderBy: [desc(schema.totals.total), asc(schema.totals.categoryId)],
          limit: 100,
        },
      },
    })
    .prepare('dashboard');
  return (id) => user.execute({ id });
}

/** Aggregates that a relational query does not know are SQL of their own, joined to the page of products. */
function products(db: Db): ReadAnswer {
  const { products, reviews } = schema;
  const order = [desc(products.createdAt), desc(products.id)];
  const page = db
    .select()
    .from(products)
    .where(eq(products.merchantId, ID))
    .orderBy(...order)
    .limit(20)
    .as('page');
  const rated = db
    .select({
      rating: sql<number>`avg(${reviews.rating})::float8`.as('average'),
      count: sql<number>`count(*)::int`.as('count'),
    })
    .from(reviews)
    .where(eq(reviews.productId, page.id))
    .as('rated');
  const rows = db
    .select({
      id: page.id,
      name: page.name,
      price: page.price,
      imageUrl: page.imageUrl,
      rating: rated.rating,
      reviewCount: rated.count,
      inStock: sql<boolean>`coalesce(inventories.quantity > 0, false)`,
    })
    .from(page)
    .leftJoinLateral(rated, sql`true`)
    .leftJoin(sql`inventories`, sql`inventories.product_id = ${page.id}`)
    .orderBy(desc(page.createdAt), desc(page.id))
    .prepare('products');
  return (id) => rows.execute({ id });
}

function reviews(db: Db): ReadAnswer {
  const product = db.query.products
    .findFirst({
      where: eq(schema.products.id, ID),
      columns: { id: true, name: true, price: true, imageUrl: true },
      with: {
        reviews: {
          columns: { id: true, rating: true, title: true, body: true, createdAt: true },
          orderBy: [desc(schema.reviews.createdAt), desc(schema.reviews.id)],
          limit: 100,
          with: { user: PERSON },
        },
      },
    })
    .prepare('reviews');
  return (id) => product.execute({ id });
}

function project(db: Db): ReadAnswer {
  const { permissions, activities } = schema;
  const one = db.query.projects
    .findFirst({
      where: eq(schema.projects.id, ID),
      with: {
        permissions: { columns: { role: true }, orderBy: asc(permissions.userId), limit: 100, with: { user: PERSON } },
        activities: {
          columns: { id: true, kind: true, summary: true, createdAt: true },
          orderBy: [desc(activities.createdAt), desc(activities.id)],
          limit: 20,
          with: { user: PERSON },
        },
      },
    })
    .prepare('project');
  return (id) => one.execute({ id });
}

function home(db: Db): ReadAnswer {
  const { posts, notifications, users } = schema;
  const unread = sql<number>`(
    SELECT count(*)::int FROM notifications n WHERE n.user_id = "users"."id" AND n.read_at IS NULL
  )`.as('unread');
  const user = db.query.users
    .findFirst({
      where: eq(users.id, ID),
      columns: { name: true, email: true },
      extras: { unread },
      with: {
        posts: {
          columns: { id: true, title: true, createdAt: true },
          orderBy: [desc(posts.createdAt), desc(posts.id)],
          limit: 10,
        },
        notifications: {
          columns: { id: true, kind: true, title: true, createdAt: true },
          where: isNull(notifications.readAt),
          orderBy: [desc(notifications.createdAt), desc(notifications.id)],
          limit: 20,
        },
      },
    })
    .prepare('home');
  return (id) => user.execute({ id });
}

function readings(db: Db): ReadAnswer {
  const { deviceId, timestamp, temperature, humidity } = schema.readings;
  const latest = db
    .select({ deviceId, timestamp, temperature, humidity })
    .from(schema.readings)
    .where(and(gte(timestamp, sql.placeholder('since')), lt(timestamp, sql.placeholder('until'))))
    .orderBy(desc(timestamp), desc(deviceId))
    .limit(100)
    .prepare('readings');
  return (minutes) => latest.execute(windowEnding(minutes));
}
