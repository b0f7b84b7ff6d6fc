/** A small service of people, posts and comments: right as it is, and with one fault for each proof that must fail. */
import { PrismaPg } from '@prisma/adapter-pg';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { everything, Registry, type Resource, resources, SUBJECT, watch } from 'hotpath';
import { type HotpathOptions, hotpath } from 'hotpath/fastify';
import { install } from 'hotpath/install/install';
import { type DataModel, defineDataModel, type Field, type ScalarField } from 'hotpath/model/data-model';
import pg from 'pg';
import { PrismaClient } from '../../../../prisma/generated/client.ts';
import { scratchDatabase } from '../../../../test/support/database.ts';

const TABLES = `
  CREATE TABLE person (id int PRIMARY KEY, name text NOT NULL, email text NOT NULL);
  CREATE TABLE post (id int PRIMARY KEY, author_id int NOT NULL REFERENCES person, title text NOT NULL, likes int NOT NULL);
  CREATE TABLE comment (id int PRIMARY KEY, post_id int NOT NULL REFERENCES post, author_id int NOT NULL REFERENCES person, text text NOT NULL);
  CREATE INDEX ON post (author_id);
  CREATE INDEX ON post (likes, id);
  CREATE INDEX post_comments ON comment (post_id);
  CREATE INDEX comment_authors ON comment (author_id);
  INSERT INTO person SELECT n, 'person ' || n, 'p' || n || '@example.com' FROM generate_series(1, 3) n;
  INSERT INTO post SELECT n, n % 3 + 1, 'post ' || n, n % 5 FROM generate_series(1, 30) n;
  INSERT INTO comment SELECT n, sqrt(n)::int + 1, n % 3 + 1, 'comment ' || n FROM generate_series(1, 400) n`;

const scalar = (name: string, type: 'Int' | 'String', column = name): ScalarField => ({
  kind: 'scalar',
  name,
  column,
  type,
  list: false,
  required: true,
});

const toOne = (name: string, model: string, [from, back]: [string, string]): Field => ({
  kind: 'relation',
  name,
  model,
  list: false,
  required: true,
  back,
  from: [from],
  to: ['id'],
  holdsKey: true,
});

const toMany = (name: string, model: string, [to, back]: [string, string]): Field => ({
  kind: 'relation',
  name,
  model,
  list: true,
  required: true,
  back,
  from: ['id'],
  to: [to],
  holdsKey: false,
});

const modelOf = (name: string, fields: readonly Field[]) => ({
  name,
  table: name.toLowerCase(),
  fields: Object.fromEntries(fields.map((field) => [field.name, field])),
  primaryKey: ['id'],
  uniques: { id: ['id'] },
});

export const model: DataModel = defineDataModel({
  enums: {},
  models: {
    Person: modelOf('Person', [
      scalar('id', 'Int'),
      scalar('name', 'String'),
      scalar('email', 'String'),
      toMany('posts', 'Post', ['authorId', 'author']),
      toMany('comments', 'Comment', ['authorId', 'author']),
    ]),
    Post: modelOf('Post', [
      scalar('id', 'Int'),
      scalar('authorId', 'Int', 'author_id'),
      scalar('title', 'String'),
      scalar('likes', 'Int'),
      toOne('author', 'Person', ['authorId', 'posts']),
      toMany('comments', 'Comment', ['postId', 'post']),
    ]),
    Comment: modelOf('Comment', [
      scalar('id', 'Int'),
      scalar('postId', 'Int', 'post_id'),
      scalar('authorId', 'Int', 'author_id'),
      scalar('text', 'String'),
      toOne('post', 'Post', ['postId', 'comments']),
      toOne('author', 'Person', ['authorId', 'comments']),
    ]),
  },
});

// The model is made by hand, so the client's types do not name it.
const declare = resources() as unknown as (name: string, declaration: object) => Resource;

const OWN = { public: {}, user: {} };

/** Posts are public; a comment belongs to its author. */
export const person = declare('Person', {
  name: 'person',
  fields: ['id', 'name', 'email'],
  relations: { posts: { take: 5 } },
  defaultFields: 'id,name',
  sort: 'id',
  policy: { ...OWN, public: { without: ['email'] } },
});

export const post = declare('Post', {
  name: 'post',
  fields: ['id', 'title', 'likes'],
  relations: { author: {}, comments: { take: 50 } },
  defaultFields: 'id,title',
  filters: { likes: ['equals'] },
  sorts: ['likes'],
  sort: 'id',
  policy: everything('public', 'user'),
});

export const comment = declare('Comment', {
  name: 'comment',
  fields: ['id', 'text', 'authorId'],
  relations: { post: {}, author: {} },
  defaultFields: 'id,text',
  sort: 'id',
  policy: { user: { rows: { authorId: SUBJECT } } },
});

export const declared = { person, post, comment };

export interface BlogOptions {
  /** Resources that replace those of the same name. */
  readonly changed?: Partial<typeof declared>;
  readonly tables?: string;
  readonly server?: FastifyServerOptions;
  /** Whether changes are logged. */
  readonly isLogged?: boolean;
  readonly hotpath?: Partial<HotpathOptions>;
  /** Adds hooks of the service's own, before the routes. */
  readonly before?: (app: FastifyInstance) => void;
  readonly routes?: (app: FastifyInstance, all: typeof declared) => void;
}

export interface Blog extends AsyncDisposable {
  readonly app: FastifyInstance;
  readonly url: string;
}

export const as = { public: {}, alice: { 'x-user': '1' }, bob: { 'x-user': '2' } };

const CACHE = { ttl: 60 };

export function usualRoutes(app: FastifyInstance, all: typeof declared): void {
  app.list('/posts', { resource: all.post, budget: 1, cache: CACHE });
  app.item('/posts/:id', { resource: all.post, budget: 1, cache: CACHE });
  app.list('/posts/:id/comments', { resource: all.comment, budget: 1, where: { postId: 'id' } });
  app.list('/comments', { resource: all.comment, budget: 1 });
  app.item('/people/:id', { resource: all.person, budget: 1 });
}

export async function openBlog(options: BlogOptions = {}): Promise<Blog> {
  const all = { ...declared, ...options.changed };
  const url = await scratchDatabase('empty');
  await prepare(url, Object.values(all), options);
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on('error', () => {});
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  const app = Fastify(options.server ?? {}) as unknown as FastifyInstance;
  await app.register(hotpath, {
    prisma,
    pool,
    model,
    resources: Object.values(all),
    secret: 'a secret of the blog',
    mode: 'count',
    viewer: ({ headers }) => (headers['x-user'] ? { subject: String(headers['x-user']) } : undefined),
    ...options.hotpath,
  });
  options.before?.(app);
  (options.routes ?? usualRoutes)(app, all);
  await app.ready();
  const close = async () => {
    await app.close();
    await prisma.$disconnect();
    await pool.end();
  };
  return { app, url, [Symbol.asyncDispose]: close };
}

async function prepare(
  url: string,
  all: readonly Resource[],
  { tables = TABLES, isLogged = true }: BlogOptions,
): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(tables);
  await client.query('ANALYZE');
  const registry = new Registry(model);
  registry.add(...all);
  if (isLogged) await install(client, watch(registry));
  await client.end();
}

export const TABLES_OF_BLOG = TABLES;
