/**
 * SQL written by hand for each shape: plain rows, to-one relations joined by PostgreSQL, to-many ones read side by side
 * and put together in Node.js.
 */
import type pg from 'pg';
import { type ReadAnswer, type ReadAnswers, windowEnding } from '../shapes.ts';
import { openPool } from './pool.ts';

type Row = Readonly<Record<string, unknown>>;

/** Prepares a statement of one shape. */
type Prepare = (name: string, text: string) => (...values: unknown[]) => Promise<Row[]>;

export async function byHandAnswers(url: string): Promise<ReadAnswers> {
  const pool = await openPool(url);
  const prepare: Prepare =
    (name, text) =>
    async (...values) =>
      rowsOf(pool, { name, text, values });
  const row = prepare('row', 'SELECT id, name, email, avatar_url AS "avatarUrl" FROM users WHERE id = $1');
  return {
    row: async (id) => (await row(id))[0],
    list: list(prepare, 50),
    list1: list(prepare, 1),
    list100: list(prepare, 100),
    list1000: list(prepare, 1000),
    dashboard: dashboard(prepare),
    products: prepare('products', PRODUCTS),
    reviews: reviews(prepare),
    project: project(prepare),
    home: home(prepare),
    readings: readings(prepare),
  };
}

async function rowsOf(pool: pg.Pool, statement: pg.QueryConfig): Promise<Row[]> {
  return (await pool.query<Row>(statement)).rows;
}

const TRANSACTIONS = `
  SELECT t.id, t.amount, t.currency, t.status, t.created_at AS "createdAt", m.name AS merchant, c.name AS category
  FROM transactions t JOIN merchants m ON m.id = t.merchant_id JOIN categories c ON c.id = m.category_id
  WHERE t.user_id = $1 ORDER BY t.created_at DESC, t.id DESC`;

const transactionOf = ({ merchant, category, ...transaction }: Row) => ({
  ...transaction,
  merchant: { name: merchant, category: { name: category } },
});

function list(prepare: Prepare, limit: number): ReadAnswer {
  const transactions = prepare(`list ${limit}`, `${TRANSACTIONS} LIMIT ${limit}`);
  return async (id) => (await transactions(id)).map(transactionOf);
}

function dashboard(prepare: Prepare): ReadAnswer {
  const user = prepare('dashboard', 'SELECT id, name, email, avatar_url AS "avatarUrl" FROM users WHERE id = $1');
  const latest = prepare('latest', `${TRANSACTIONS} LIMIT 50`);
  const totals = prepare(
    'totals',
    'SELECT category, total, count FROM category_totals WHERE user_id = $1 ORDER BY total DESC, category_id LIMIT 100',
  );
  return async (id) => {
    const [users, rows, spent] = await Promise.all([user(id), latest(id), totals(id)]);
    return { ...users[0], transactions: rows.map(transactionOf), totals: spent };
  };
}

const PRODUCTS = `
  SELECT p.id, p.name, p.price, p.image_url AS "imageUrl", r.rating, r."reviewCount",
    coalesce(i.quantity > 0, false) AS "inStock"
  FROM (SELECT * FROM products WHERE merchant_id = $1 ORDER BY created_at DESC, id DESC LIMIT 20) p
  LEFT JOIN inventories i ON i.product_id = p.id
  CROSS JOIN LATERAL (
    SELECT avg(rating)::float8 AS rating, count(*)::int AS "reviewCount" FROM reviews WHERE product_id = p.id
  ) r
  ORDER BY p.created_at DESC, p.id DESC`;

const withUser = ({ userId, userName, ...row }: Row) => ({ ...row, user: { id: userId, name: userName } });

function reviews(prepare: Prepare): ReadAnswer {
  const product = prepare('product', 'SELECT id, name, price, image_url AS "imageUrl" FROM products WHERE id = $1');
  const latest = prepare(
    'reviews',
    `SELECT r.id, r.rating, r.title, r.body, r.created_at AS "createdAt", u.id AS "userId", u.name AS "userName"
     FROM reviews r JOIN users u ON u.id = r.user_id
     WHERE r.product_id = $1 ORDER BY r.created_at DESC, r.id DESC LIMIT 100`,
  );
  return async (id) => {
    const [products, rows] = await Promise.all([product(id), latest(id)]);
    return { ...products[0], reviews: rows.map(withUser) };
  };
}

function project(prepare: Prepare): ReadAnswer {
  const one = prepare(
    'project',
    `SELECT id, parent_id AS "parentId", name, description, status, created_at AS "createdAt", updated_at AS "updatedAt"
     FROM projects WHERE id = $1`,
  );
  const members = prepare(
    'members',
    `SELECT p.role, u.id AS "userId", u.name AS "userName" FROM permissions p JOIN users u ON u.id = p.user_id
     WHERE p.project_id = $1 ORDER BY p.user_id LIMIT 100`,
  );
  const activities = prepare(
    'activities',
    `SELECT a.id, a.kind, a.summary, a.created_at AS "createdAt", u.id AS "userId", u.name AS "userName"
     FROM activities a JOIN users u ON u.id = a.user_id
     WHERE a.project_id = $1 ORDER BY a.created_at DESC, a.id DESC LIMIT 20`,
  );
  return async (id) => {
    const [projects, people, done] = await Promise.all([one(id), members(id), activities(id)]);
    return { ...projects[0], permissions: people.map(withUser), activities: done.map(withUser) };
  };
}

function home(prepare: Prepare): ReadAnswer {
  const user = prepare(
    'home',
    `SELECT name, email, (
       SELECT count(*)::int FROM notifications WHERE user_id = users.id AND read_at IS NULL
     ) AS unread FROM users WHERE id = $1`,
  );
  const posts = prepare(
    'posts',
    `SELECT id, title, created_at AS "createdAt" FROM posts
     WHERE author_id = $1 ORDER BY created_at DESC, id DESC LIMIT 10`,
  );
  const notifications = prepare(
    'notifications',
    `SELECT id, kind, title, created_at AS "createdAt" FROM notifications
     WHERE user_id = $1 AND read_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 20`,
  );
  return async (id) => {
    const [users, written, told] = await Promise.all([user(id), posts(id), notifications(id)]);
    return { ...users[0], posts: written, notifications: told };
  };
}

function readings(prepare: Prepare): ReadAnswer {
  const latest = prepare(
    'readings',
    `SELECT device_id AS "deviceId", timestamp, temperature, humidity FROM readings
     WHERE timestamp >= $1 AND timestamp < $2 ORDER BY timestamp DESC, device_id DESC LIMIT 100`,
  );
  return (minutes) => {
    const { since, until } = windowEnding(minutes);
    return latest(since, until);
  };
}
