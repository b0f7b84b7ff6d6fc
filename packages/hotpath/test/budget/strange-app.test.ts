/** Applications with an error handler, hooks, streams and decorators of their own: `budgets` changes nothing else. */
import { EventEmitter } from 'node:events';
import { pipeline, Readable, Transform } from 'node:stream';
import compress from '@fastify/compress';
import { budgets, currentLedger } from 'hotpath/budget';
import QueryStream from 'pg-query-stream';
import { describe, expect, it } from 'vitest';
import { Apps, exceeded } from './apps.ts';

const apps = new Apps();
const codeOf = (reply: { json(): { code?: string } }) => reply.json().code;

describe('an application with its own', () => {
  it('error handler: it handles a thrown error, and an overrun is a problem document', async () => {
    const app = apps.of((scope) => {
      scope.setErrorHandler((error: Error, _request, reply) => reply.code(418).send({ mine: error.message }));
      scope.get('/thrown', async () => {
        await apps.one();
        throw new Error('no');
      });
      scope.get('/looped', async () => {
        await apps.loop();
        throw new Error('no');
      });
    });
    const thrown = await app.inject('/thrown');
    expect([thrown.statusCode, thrown.json()]).toEqual([418, { mine: 'no' }]);
    const looped = await app.inject('/looped');
    expect([looped.statusCode, codeOf(looped)]).toEqual([500, 'BUDGET_EXCEEDED']);
  });

  it('not-found handler, which may send statements, but repeats none', async () => {
    const app = apps.of((scope) => {
      scope.setNotFoundHandler(async ({ url }, reply) => {
        await apps.loop(url === '/loop' ? 3 : 2);
        return reply.code(404).send({ mine: true });
      });
    });
    expect((await app.inject('/nowhere')).json()).toEqual({ mine: true });
    const detail = (await app.inject('/loop')).json().detail;
    expect(detail).toMatch(/^GET \(no route\) sent 3 statements\.\n {2}3 times: select \?::int as n\n {4}at /);
  });

  it('onSend hooks, which see the payload that is sent', async () => {
    const seen: unknown[] = [];
    const app = apps.of((scope) => {
      scope.addHook('onSend', async (_request, reply, payload) => {
        seen.push([reply.statusCode, typeof payload]);
        reply.header('x-mine', 'yes');
        return payload;
      });
      scope.get('/', async () => ({ all: 'well' }));
      scope.get('/loop', async () => apps.loop());
    });
    for (const url of ['/', '/loop']) expect((await app.inject(url)).headers['x-mine']).toBe('yes');
    expect(seen).toEqual([
      [200, 'string'],
      [500, 'string'],
    ]);
  });

  it('headers: a failed reply has none of the replaced payload', async () => {
    const app = apps.of((scope) => {
      scope.get('/', async (_request, reply) => {
        await apps.loop();
        reply.headers({ etag: '"1"', 'cache-control': 'max-age=60', 'content-disposition': 'attachment' });
        return reply.header('content-length', 2).type('text/plain').code(206).send('ok');
      });
    });
    const reply = await app.inject('/');
    expect(reply).toMatchObject(exceeded);
    expect(Object.keys(reply.headers)).toEqual(expect.not.arrayContaining(['etag', 'content-disposition']));
    expect(Number(reply.headers['content-length'])).toBe(reply.rawPayload.length);
  });

  it('Server-Timing, on the reply or written past Fastify', async () => {
    const app = apps.of((scope) => {
      scope.get('/reply', async (_request, reply) => reply.header('server-timing', 'app;dur=3').send({}));
      scope.get('/raw', async (_request, reply) => {
        reply.raw.setHeader('server-timing', ['a;dur=1', 'b;dur=2']);
        return {};
      });
    });
    const timing = async (url: string) => (await app.inject(url)).headers['server-timing'];
    expect(await timing('/reply')).toBe('db;dur=0.00;desc="0 statements", app;dur=3');
    expect(await timing('/raw')).toBe('db;dur=0.00;desc="0 statements", a;dur=1, b;dur=2');
  });

  it('authentication that answers before the plugin', async () => {
    const app = apps.bare();
    app.addHook('onRequest', async (request, reply) => {
      if (request.url === '/private') await reply.code(401).send({ mine: true });
    });
    app.register(budgets, { pool: apps.pool, mode: 'throw' });
    app.get('/private', async () => ({}));
    const reply = await app.inject('/private');
    expect([reply.statusCode, reply.json()]).toEqual([401, { mine: true }]);
  });

  it.each([
    ['before', true],
    ['after', false],
  ])('compression, registered %s the plugin', async (_when, isBefore) => {
    const app = apps.bare();
    if (isBefore) app.register(compress, { threshold: 0 });
    app.register(budgets, { pool: apps.pool, mode: 'throw' });
    if (!isBefore) app.register(compress, { threshold: 0 });
    app.register(async (scope) => {
      scope.get('/', async () => ({ long: 'x'.repeat(1000) }));
      scope.get('/loop', async () => {
        await apps.loop();
        return { long: 'x'.repeat(1000) };
      });
    });
    await app.listen({ port: 0 });
    const { port } = app.server.address() as { port: number };
    const [whole, failed] = await Promise.all(['', 'loop'].map((path) => fetch(`http://localhost:${port}/${path}`)));
    expect(await whole!.json()).toEqual({ long: 'x'.repeat(1000) });
    expect(await failed!.json()).toMatchObject({ code: 'BUDGET_EXCEEDED' });
  });
});

describe('a route', () => {
  it('is guarded wherever it was declared', async () => {
    const app = apps.bare();
    app.register(async (scope) => void scope.get('/plugin', async () => apps.loop()));
    app.get('/before', async () => apps.loop());
    app.register(budgets, { pool: apps.pool, mode: 'throw' });
    app.get('/after', async () => apps.loop());
    for (const url of ['/plugin', '/before', '/after']) expect(await app.inject(url)).toMatchObject(exceeded);
  });

  it('answers HEAD as GET, without the document', async () => {
    const app = apps.of((scope) => void scope.get('/', async () => apps.loop()));
    const [get, head] = [await app.inject('/'), await app.inject({ method: 'HEAD', url: '/' })];
    expect([head.statusCode, head.payload, head.headers['content-type']]).toEqual([
      500,
      '',
      get.headers['content-type'],
    ]);
  });

  it('called by another route spends its own budget', async () => {
    const app = apps.of((scope) => {
      scope.get('/outer', async () => {
        const inner = await Promise.all([1, 2, 3].map(() => scope.inject('/inner')));
        await apps.one();
        return inner.map(({ headers }) => headers['server-timing']);
      });
      scope.get('/inner', async () => apps.two());
    });
    const reply = await app.inject('/outer');
    expect(reply.headers['server-timing']).toContain('desc="1 statement"');
    expect(reply.json()).toEqual([1, 2, 3].map(() => expect.stringContaining('desc="2 statements"')));
  });
});

describe('a reply that streams', () => {
  const logged: string[] = [];
  const server = { logger: { level: 'error', stream: { write: (line: string) => void logged.push(line) } } };

  it.each<[string, () => unknown]>([
    ['a stream', () => Readable.from(['a', 'b'])],
    ['a stream of the web', () => Readable.toWeb(Readable.from([Buffer.from('a'), Buffer.from('b')]))],
    ['a Response', () => new Response('ab')],
  ])('arrives completely if it is %s, and fails if it was over budget before', async (_name, payload) => {
    const app = apps.of((scope) => {
      scope.get('/', (_request, reply) => reply.send(payload()));
      scope.get('/loop', async (_request, reply) => {
        await apps.loop();
        return reply.send(payload());
      });
    });
    expect((await app.inject('/')).payload).toBe('ab');
    expect(await app.inject('/loop')).toMatchObject(exceeded);
  });

  it('releases its connection if it fails', async () => {
    const small = apps.openPool({ ...apps.pool.options, max: 1 });
    const app = apps.of(
      (scope) => {
        scope.get('/', async (_request, reply) => {
          for (let n = 0; n < 3; n += 1) await small.query('select $1::int', [n]);
          const client = await small.connect();
          const rows = client.query(new QueryStream('select generate_series(1, 1000)'));
          rows.once('close', () => client.release());
          const written = new Transform({
            writableObjectMode: true,
            transform: (row, _encoding, done) => done(null, JSON.stringify(row)),
          });
          return reply.send(pipeline(rows, written, () => {}));
        });
      },
      { pool: small },
    );
    expect(await app.inject('/')).toMatchObject(exceeded);
    expect((await small.query('select 1')).rowCount).toBe(1);
    await small.end();
  });

  it('is counted to its end, and logged if that is over budget', async () => {
    const app = apps.of(
      (scope) => {
        scope.get('/', async (_request, reply) => {
          async function* rows() {
            for (let n = 0; n < 3; n += 1) yield JSON.stringify((await apps.pool.query('select $1::int', [n])).rows);
          }
          return reply.send(Readable.from(rows()));
        });
      },
      { server },
    );
    const reply = await app.inject('/');
    expect([reply.statusCode, reply.payload.length]).toEqual([200, 36]);
    await expect.poll(() => [...app.overruns]).toEqual([['GET /', 1]]);
    expect(logged.at(-1)).toContain('3 times: select ?::int');
  });

  it('is counted to its end if it is hijacked', async () => {
    const app = apps.of(
      (scope) => {
        scope.get('/', async (_request, reply) => {
          reply.hijack();
          await apps.loop();
          reply.raw.end('mine');
        });
      },
      { server },
    );
    expect((await app.inject('/')).payload).toBe('mine');
    await expect.poll(() => [...app.overruns]).toEqual([['GET /', 1]]);
  });
});

describe('the request of a statement is known', () => {
  it('after a body has arrived over the network, in pieces', async () => {
    const app = apps.of((scope) => {
      scope.post('/', async ({ body }) => {
        await apps.one();
        return { body, isKnown: currentLedger() !== undefined };
      });
    });
    const address = await app.listen({ port: 0 });
    async function* pieces() {
      for (const piece of ['{"a":', '1', '}']) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        yield Buffer.from(piece);
      }
    }
    const send = () =>
      fetch(address, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: Readable.toWeb(Readable.from(pieces())) as never,
        duplex: 'half',
      });
    for (const reply of await Promise.all([send(), send(), send()])) {
      expect(reply.headers.get('server-timing')).toContain('desc="1 statement"');
      expect(await reply.json()).toEqual({ body: { a: 1 }, isKnown: true });
    }
  });

  it('after a hook that continues in the context of another', async () => {
    const answers = new EventEmitter();
    const app = apps.of((scope) => {
      scope.addHook('onRequest', (_request, _reply, done) => void answers.once('answer', () => done()));
      scope.get('/', async () => (await apps.one()).rows);
    });
    await app.ready();
    const replies = [1, 2, 3].map(() => app.inject('/'));
    await expect.poll(() => answers.listenerCount('answer')).toBe(3);
    answers.emit('answer');
    const spent = (await Promise.all(replies)).map(({ headers }) => headers['server-timing']);
    expect(spent).toEqual([1, 2, 3].map(() => expect.stringContaining('desc="1 statement"')));
  });
});
