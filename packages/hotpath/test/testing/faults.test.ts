/** Each proof of `hotpath/testing` fails for a faulty service, and names the fault, the place and the remedy. */
import { AssertionError } from 'node:assert';
import { type FastifyInstance, fastify } from 'fastify';
import { everything } from 'hotpath';
import { constantStatements, indexedPlans, pages, policies, soundFreshness, statementSnapshots } from 'hotpath/testing';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { as, type BlogOptions, openBlog, post, TABLES_OF_BLOG, type usualRoutes } from './blog.ts';

/** The error that a proof of a blog throws; undefined if it passes. */
async function faultOf(
  options: BlogOptions,
  prove: (app: FastifyInstance, url: string) => Promise<unknown>,
): Promise<string | undefined> {
  await using blog = await openBlog(options);
  try {
    await prove(blog.app, blog.url);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(AssertionError);
    return (error as Error).message;
  }
}

describe('a server that cannot be proved', () => {
  it('is one without hotpath, or without routes', async () => {
    await expect(constantStatements({ app: fastify() as never })).rejects.toThrow('`app` has no `app.hotpath`');
    expect(await faultOf({ routes: () => {} }, (app) => pages({ app, as }))).toContain('The server has no read routes');
  });

  it('is one that refuses the headers of a viewer', async () => {
    const before = (app: FastifyInstance) =>
      app.addHook('onRequest', async (_request, reply) => reply.code(401).send({ detail: 'Log in.' }));
    const fault = await faultOf({ before }, (app) => pages({ app, as }));
    expect(fault).toContain(
      'No read route is reached with the headers of "public" in `as`. GET /people/4 answers 401: Log in.',
    );
  });
});

describe('constantStatements', () => {
  /** A query for each comment of a post. */
  const guarded = (mode: 'count' | 'throw'): BlogOptions => ({
    hotpath: { mode },
    routes(app, all) {
      const { pool } = app.hotpath;
      const guard = async (_viewer: unknown, { id }: Record<string, unknown>) => {
        const { rows } = await pool.query('SELECT author_id AS author FROM comment WHERE post_id = $1', [id]);
        for (const { author } of rows) await pool.query('SELECT name FROM person WHERE id = $1', [author]);
      };
      app.item('/posts/:id', { resource: all.post, budget: 50, guard: guard as never });
    },
  });

  it('fails for an N+1 in a guard, by the numbers, with its statement and, if lines are kept, its line', async () => {
    const [counted, thrown] = [
      await faultOf(guarded('count'), (app) => constantStatements({ app, as })),
      await faultOf(guarded('throw'), (app) => constantStatements({ app, as })),
    ];
    expect(counted).toMatch(
      /GET \/posts\/\d+ as public sends \d+ statements for 0 rows, and GET \/posts\/\d+ as public \d+ for 0\./,
    );
    expect(counted).toMatch(/\d+ times: SELECT name FROM person WHERE id = \?/);
    expect(thrown).toMatch(/answers 500: (.|\n)*SELECT name FROM person/);
    expect(thrown).toContain('faults.test.ts');
  });

  it('fails for an N+1 that grows with the added rows', async () => {
    const routes = (app: FastifyInstance, all: Parameters<typeof usualRoutes>[1]) => {
      const guard = async () => {
        const { rows } = await app.hotpath.pool.query('SELECT id FROM post');
        for (const { id } of rows) await app.hotpath.pool.query('SELECT text FROM comment WHERE post_id = $1', [id]);
      };
      app.list('/posts', { resource: all.post, budget: 1000, guard });
    };
    const tables = `${TABLES_OF_BLOG}; TRUNCATE post, comment`;
    const fault = await faultOf({ routes, tables }, async (app) => {
      const rows = (n: number) =>
        app.hotpath.pool.query(
          'INSERT INTO post SELECT g, 1, $2, 0 FROM generate_series(1, $1::int) g ON CONFLICT DO NOTHING',
          [n, 'x'],
        );
      return constantStatements({ app, as, rows });
    });
    expect(fault).toContain(
      'GET /posts?limit=10&fields=id as public sends 12 statements for 10 rows, and GET /posts?limit=1&fields=id as public 3 for 1.',
    );
  });

  it('fails for a route over its budget, a list without rows, and one that no viewer may read', async () => {
    const spending = (app: FastifyInstance) =>
      app.addHook('preHandler', async () => void (await app.hotpath.pool.query('SELECT 1')));
    expect(await faultOf({ before: spending }, (app) => constantStatements({ app, as }))).toContain(
      'sends 2 statements; its budget is 1.',
    );
    const empty = { tables: `${TABLES_OF_BLOG}; TRUNCATE post, comment` };
    const fault = await faultOf(empty, (app) => constantStatements({ app, as: { public: {} } }));
    expect(fault).toContain(
      'GET /posts had 0, 0, 0 rows, so nothing shows the cost of more rows: add rows, or pass `rows` to make them.',
    );
    expect(fault).toContain(
      'GET /comments showed a row to none of public: add rows, a viewer in `as`, or values in `params`.',
    );
  });
});

describe('indexedPlans', () => {
  it('fails for a filter, a sort and an embedding without an index, also on small tables', async () => {
    const unindexed = { ...post, filters: { title: ['equals'] }, sorts: ['title'] } as typeof post;
    const options = {
      changed: { post: unindexed },
      tables: `${TABLES_OF_BLOG}; DROP INDEX post_comments, comment_authors`,
    };
    const fault = await faultOf(options, (app) => indexedPlans({ app, as }));
    expect(fault).toMatch(
      /GET \/posts\?title=garden as \w+ looks through the table post for \(title = 'garden'::text\): an index is missing\./,
    );
    expect(fault).toMatch(
      /GET \/posts\?sort=title as \w+ (sorts \d+ rows by post.title|reads all of the table post): an index is missing\./,
    );
    expect(fault).toMatch(
      /GET \/posts\/\d+\?fields=comments as \w+ reads all of the table comment for .*post_id.*: an index is missing\./,
    );
    const accept = [{ question: /./, complaint: /an index is missing/, why: 'this test' }];
    expect(await faultOf(options, (app) => indexedPlans({ app, as, accept }))).toBeUndefined();
    expect(await faultOf(options, (app) => indexedPlans({ app, as, small: ['Post', 'Comment'] }))).toMatch(/^$|sorts/);
  });

  it('fails for a partition without an index, and not for one without rows', async () => {
    const tables = TABLES_OF_BLOG.replace(
      'text text NOT NULL);',
      `text text NOT NULL) PARTITION BY RANGE (id);
      CREATE TABLE comment_early PARTITION OF comment FOR VALUES FROM (0) TO (1000);
      CREATE TABLE comment_late PARTITION OF comment FOR VALUES FROM (1000) TO (2000);`,
    );
    expect(tables).toContain('PARTITION BY');
    expect(await faultOf({ tables }, (app) => indexedPlans({ app, as }))).toBeUndefined();
    const unindexed = `${tables}; DROP INDEX post_comments, comment_authors`;
    const fault = await faultOf({ tables: unindexed }, (app) => indexedPlans({ app, as }));
    expect(fault).toMatch(/reads all of the table comment_early for .*post_id.*: an index is missing\./);
    expect(fault).not.toContain('comment_late');
    expect(
      await faultOf({ tables: unindexed }, (app) => indexedPlans({ app, as, small: ['Comment'] })),
    ).toBeUndefined();
  });

  it('fails for a table without rows, and leaves the statistics unchanged', async () => {
    const fault = await faultOf({ tables: `${TABLES_OF_BLOG}; TRUNCATE comment` }, (app) => indexedPlans({ app, as }));
    expect(fault).toContain('The table comment is empty, so its size for the planner cannot be set: add a row.');
    await using blog = await openBlog();
    await indexedPlans({ app: blog.app, as });
    const { rows } = await blog.app.hotpath.pool.query("SELECT reltuples FROM pg_class WHERE relname = 'post'");
    expect(rows).toEqual([{ reltuples: 30 }]);
  });

  it('names the privileges that a role needs, unless it owns the tables on PostgreSQL 18', async () => {
    await using blog = await openBlog();
    const client = new pg.Client({ connectionString: blog.url });
    await client.connect();
    const name = `reader_${new URL(blog.url).pathname.slice(1)}`;
    await client.query(
      `CREATE ROLE ${name} LOGIN PASSWORD 'x'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${name}`,
    );
    const owner = new URL(blog.url);
    [owner.username, owner.password] = [name, 'x'];
    try {
      await expect(indexedPlans({ app: blog.app, as, owner: owner.href })).rejects.toThrow(
        'The role may not set statistics',
      );
      await client.query(
        `ALTER TABLE person OWNER TO ${name}; ALTER TABLE post OWNER TO ${name}; ALTER TABLE comment OWNER TO ${name}`,
      );
      const { statements } = await indexedPlans({ app: blog.app, as, owner: owner.href });
      expect(statements).toBeGreaterThan(5);
    } finally {
      await client.query(`REASSIGN OWNED BY ${name} TO CURRENT_USER; DROP OWNED BY ${name}; DROP ROLE ${name}`);
      await client.end();
    }
  });
});

describe('statementSnapshots', () => {
  it('fails for a route that no viewer may read', async () => {
    const fault = await faultOf({}, (app) => statementSnapshots({ app, as: { public: {} } }));
    expect(fault).toContain('GET /comments as public answers 401');
  });
});

describe('pages', () => {
  it('fails for a list whose cursor is lost on the way', async () => {
    const server = { rewriteUrl: ({ url = '/' }) => url.replace(/&after=[^&]+/, '') };
    expect(await faultOf({ server }, (app) => pages({ app, as }))).toMatch(
      /GET \/posts\?limit=7&fields=id as public repeats \d+ rows\./,
    );
  });

  it('fails for a list that ends too early, and for one that is too short to show anything', async () => {
    const before = (app: FastifyInstance) =>
      app.addHook('onSend', async (_request, _reply, payload) =>
        String(payload).includes('"id":14}') ? String(payload).replace(/,"next":"[^"]+"/, '') : payload,
      );
    expect(await faultOf({ before }, (app) => pages({ app, as }))).toMatch(
      /GET \/posts\?limit=7&fields=id as public loses 16 of 30 rows/,
    );
    const fault = await faultOf({}, (app) => pages({ app, as, rowsAPage: 100 }));
    expect(fault).toContain('GET /posts has no second page for any viewer: add rows, or set `rowsAPage` lower.');
  });
});

describe('policies', () => {
  it('fails for a computed value that counts hidden rows, unless it is intended', async () => {
    const counting = {
      ...post,
      computed: { commentCount: { aggregate: 'count', relation: 'comments' } },
    } as typeof post;
    const fault = await faultOf({ changed: { post: counting } }, (app) => policies({ app, as }));
    expect(fault).toContain('post.commentCount is made of comment that alice may not see, at {"id":');
    expect(fault).toContain('post.commentCount is made of comment, of which public may see nothing.');
    expect(fault).toContain("pass `shared: ['post.commentCount']`");
    const shared = ['post.commentCount'];
    expect(await faultOf({ changed: { post: counting } }, (app) => policies({ app, as, shared }))).toBeUndefined();
  });

  it('fails for a comparison in a hidden row', async () => {
    const compared = { compare: ['author.email', 'equals', 'p1@example.com'] } as const;
    const changed = { post: { ...post, computed: { isByFirst: compared } } };
    const fault = await faultOf({ changed }, (app) => policies({ app, as }));
    expect(fault).toContain('post.isByFirst is made of "email" of person, which its policy keeps from public.');
  });

  it('fails for additions of a hook to a reply: fields, and rows', async () => {
    const add =
      (row: object, more: object[] = []) =>
      (app: FastifyInstance) =>
        app.addHook('onSend', async (_request, _reply, payload) => {
          const { data, ...rest } = JSON.parse(String(payload));
          return Array.isArray(data)
            ? JSON.stringify({ data: [...data.map((each) => ({ ...each, ...row })), ...more], ...rest })
            : payload;
        });
    const fields = await faultOf({ before: add({ password: 'x' }) }, (app) => policies({ app, as }));
    expect(fields).toContain('as alice shows "password", which post does not declare.');
    const rows = await faultOf({ before: add({}, [{ id: 1 }]) }, (app) => policies({ app, as }));
    expect(rows).toMatch(/GET \/posts\?limit=50 as public shows 31 rows, but its statement finds 30\./);
  });

  it('fails if no row is hidden from any viewer, so that nothing could leak', async () => {
    const tables = `${TABLES_OF_BLOG}; DELETE FROM comment WHERE author_id <> 1`;
    const fault = await faultOf({ tables }, (app) => policies({ app, as: { alice: as.alice } }));
    expect(fault).toContain(
      'The policy of comment hides no row from any of alice, so nothing could leak: add a row of another viewer.',
    );
  });
});

describe('soundFreshness', () => {
  it('fails for missing triggers', async () => {
    const fault = await faultOf({ isLogged: false }, (app) => soundFreshness({ app, as }));
    expect(fault).toContain(
      'The cache is bypassed, because not all changes are logged; `npx hotpath doctor` shows the remedy. ',
    );
  });

  it('fails for triggers that log nothing, with the missed write', async () => {
    const fault = await faultOf(
      { changed: { post: { ...post, policy: everything('public', 'user') } } },
      async (app, url) => {
        const client = new pg.Client({ connectionString: url });
        await client.connect();
        // The function that the service expects, and yet it ends before it logs.
        const { rows } = await client.query<{ mute: string }>(`
          SELECT DISTINCT replace(pg_get_functiondef(tgfoid), E'\nBEGIN\n', E'\nBEGIN\nRETURN NULL;\n') AS mute
          FROM pg_trigger WHERE tgrelid = 'post'::regclass AND NOT tgisinternal`);
        for (const { mute } of rows) await client.query(mute);
        await client.end();
        return soundFreshness({ app, as, writes: 24 });
      },
    );
    expect(fault).toMatch(
      /GET \/posts.* as \w+ is stale after (UPDATE|BEGIN|DELETE).*: the cache has ….*…, the database ….*…\./,
    );
  });

  it('fails for a service without a cache, and for a cache that keeps nothing', async () => {
    const routes = (app: FastifyInstance, all: Parameters<typeof usualRoutes>[1]) =>
      app.list('/posts', { resource: all.post, budget: 1 });
    expect(await faultOf({ routes }, (app) => soundFreshness({ app, as }))).toBe(
      'No read route has a `cache`, so nothing can be stale.',
    );
    const off = { hotpath: { cache: { rolloutPercent: 0 } } };
    expect(await faultOf(off, (app) => soundFreshness({ app, as }))).toContain(
      'GET /posts is not served from the cache: Cache-Status is hotpath; fwd=bypass.',
    );
  });
});
