/**
 * Each shape as Kysely reads it: relations by `jsonArrayFrom` and `jsonObjectFrom`, compiled once, prepared once a
 * connection. Decimals inside JSON are read as text, or they would be numbers.
 */
import { type Compilable, type CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely';
import { jsonArrayFrom, jsonObjectFrom } from 'kysely/helpers/postgres';
import type pg from 'pg';
import { type ReadAnswer, type ReadAnswers, windowEnding } from '../shapes.ts';
import type { Tables } from './kysely-tables.ts';
import { openPool, PreparedNames } from './pool.ts';

type Db = Kysely<Tables>;

export async function kyselyAnswers(url: string): Promise<ReadAnswers> {
  const db: Db = new Kysely({ dialect: new PostgresDialect({ pool: await openPool(url, nameStatements()) }) });
  const many = (build: Build) => prepared(db, build);
  const one = (build: Build): ReadAnswer => {
    const rows = many(build);
    return async (id) => (await rows(id))[0];
  };
  return {
    row: one((id) => profile(db, id)),
    list: many((id) => list(db, id, 50)),
    list1: many((id) => list(db, id, 1)),
    list100: many((id) => list(db, id, 100)),
    list1000: many((id) => list(db, id, 1000)),
    dashboard: one((id) => dashboard(db, id)),
    products: many((id) => products(db, id)),
    reviews: one((id) => reviews(db, id)),
    project: one((id) => project(db, id)),
    home: one((id) => home(db, id)),
    readings: readings(db),
  };
}

/** Kysely sends statements without a name, which PostgreSQL plans each time: their text names them. */
function nameStatements(): (client: pg.PoolClient) => void {
  const names = new PreparedNames();
  return (client) => {
    const query = client.query.bind(client) as (config: pg.QueryConfig) => unknown;
    client.query = ((text: string, values: unknown[]) => query({ name: names.of(text), text, values })) as never;
  };
}

/** Stands for the subject in what is compiled. */
const PLACE = -2_147_483_647;

type Build = (id: number) => Compilable<object>;

function prepared(db: Db, build: Build): (id: number) => Promise<object[]> {
  const compiled = build(PLACE).compile() as CompiledQuery<object>;
  return async (id) => {
    const parameters = compiled.parameters.map((value) => (value === PLACE ? id : value));
    return (await db.executeQuery<object>({ ...compiled, parameters })).rows;
  };
}

const profile = (db: Db, id: number) =>
  db.selectFrom('users').select(['id', 'name', 'email', 'avatar_url as avatarUrl']).where('id', '=', id);

/** The user that a column names. */
const person = (db: Db, column: string) =>
  jsonObjectFrom(db.selectFrom('users as u').select(['u.id', 'u.name']).where('u.id', '=', sql.ref<number>(column)));

const category = (db: Db) =>
  jsonObjectFrom(
    db.selectFrom('categories as c').select('c.name').where('c.id', '=', sql.ref<number>('m.category_id')),
  );

const merchant = (db: Db) =>
  jsonObjectFrom(
    db
      .selectFrom('merchants as m')
      .select(['m.name', category(db).as('category')])
      .where('m.id', '=', sql.ref<number>('t.merchant_id')),
  );

const list = (db: Db, userId: number, limit: number) =>
  db
    .selectFrom('transactions as t')
    .select(['t.id', 't.amount', 't.currency', 't.status', 't.created_at as createdAt', merchant(db).as('merchant')])
    .where('t.user_id', '=', userId)
    .orderBy('t.created_at', 'desc')
    .orderBy('t.id', 'desc')
    .limit(sql.lit(limit));

function dashboard(db: Db, id: number) {
  const latest = list(db, id, 50)
    .clearSelect()
    .select(['t.id', sql<string>`t.amount::text`.as('amount'), 't.currency', 't.status', 't.created_at as createdAt'])
    .select(merchant(db).as('merchant'));
  const spent = db
    .selectFrom('category_totals')
    .select(['category', sql<string>`total::text`.as('total'), 'count'])
    .where('user_id', '=', id)
    .orderBy('category_totals.total', 'desc')
    .orderBy('category_id')
    .limit(sql.lit(100));
  return profile(db, id).select([jsonArrayFrom(latest).as('transactions'), jsonArrayFrom(spent).as('totals')]);
}

const products = (db: Db, merchantId: number) =>
  db
    .selectFrom('products as p')
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('reviews as r')
          .select([
            sql<number | null>`avg(r.rating)::float8`.as('rating'),
            sql<number>`count(*)::int`.as('reviewCount'),
          ])
          .whereRef('r.product_id', '=', 'p.id')
          .as('rated'),
      (join) => join.onTrue(),
    )
    .leftJoin('inventories as i', 'i.product_id', 'p.id')
    .select(['p.id', 'p.name', 'p.price', 'p.image_url as imageUrl', 'rated.rating', 'rated.reviewCount'])
    .select(sql<boolean>`coalesce(i.quantity > 0, false)`.as('inStock'))
    .where('p.merchant_id', '=', merchantId)
    .orderBy('p.created_at', 'desc')
    .orderBy('p.id', 'desc')
    .limit(sql.lit(20));

function reviews(db: Db, id: number) {
  const latest = db
    .selectFrom('reviews as r')
    .select(['r.id', 'r.rating', 'r.title', 'r.body', 'r.created_at as createdAt', person(db, 'r.user_id').as('user')])
    .where('r.product_id', '=', id)
    .orderBy('r.created_at', 'desc')
    .orderBy('r.id', 'desc')
    .limit(sql.lit(100));
  return db
    .selectFrom('products')
    .select(['id', 'name', 'price', 'image_url as imageUrl', jsonArrayFrom(latest).as('reviews')])
    .where('id', '=', id);
}

function project(db: Db, id: number) {
  const members = db
    .selectFrom('permissions as p')
    .select(['p.role', person(db, 'p.user_id').as('user')])
    .where('p.project_id', '=', id)
    .orderBy('p.user_id')
    .limit(sql.lit(100));
  const latest = db
    .selectFrom('activities as a')
    .select(['a.id', 'a.kind', 'a.summary', 'a.created_at as createdAt', person(db, 'a.user_id').as('user')])
    .where('a.project_id', '=', id)
    .orderBy('a.created_at', 'desc')
    .orderBy('a.id', 'desc')
    .limit(sql.lit(20));
  return db
    .selectFrom('projects')
    .select(['id', 'parent_id as parentId', 'name', 'description', 'status'])
    .select(['created_at as createdAt', 'updated_at as updatedAt'])
    .select([jsonArrayFrom(members).as('permissions'), jsonArrayFrom(latest).as('activities')])
    .where('id', '=', id);
}

function home(db: Db, id: number) {
  const posts = db
    .selectFrom('posts')
    .select(['id', 'title', 'created_at as createdAt'])
    .where('author_id', '=', id)
    .orderBy('posts.created_at', 'desc')
    .orderBy('posts.id', 'desc')
    .limit(sql.lit(10));
  const unread = db.selectFrom('notifications').where('user_id', '=', id).where('read_at', 'is', null);
  const notifications = unread
    .select(['id', 'kind', 'title', 'created_at as createdAt'])
    .orderBy('notifications.created_at', 'desc')
    .orderBy('notifications.id', 'desc')
    .limit(sql.lit(20));
  return db
    .selectFrom('users')
    .select(['name', 'email', jsonArrayFrom(posts).as('posts'), jsonArrayFrom(notifications).as('notifications')])
    .select(unread.select(sql<number>`count(*)::int`.as('count')).as('unread'))
    .where('id', '=', id);
}

function readings(db: Db): ReadAnswer {
  const { since, until } = windowEnding(0);
  const compiled = db
    .selectFrom('readings')
    .select(['device_id as deviceId', 'timestamp', 'temperature', 'humidity'])
    .where('timestamp', '>=', since)
    .where('timestamp', '<', until)
    .orderBy('timestamp', 'desc')
    .orderBy('device_id', 'desc')
    .limit(sql.lit(100))
    .compile();
  return async (minutes) => {
    const window = windowEnding(minutes);
    return (await db.executeQuery({ ...compiled, parameters: [window.since, window.until] })).rows;
  };
}
