/** Applications under test, each on one pool. They are closed after their test. */
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import fp from 'fastify-plugin';
import { type BudgetsOptions, budgets } from 'hotpath/budget';
import pg from 'pg';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';

export interface Setting extends Partial<BudgetsOptions> {
  readonly server?: FastifyServerOptions;
}

export class Apps {
  readonly #opened: FastifyInstance[] = [];
  #pool: pg.Pool | undefined;

  constructor() {
    beforeAll(async () => {
      this.#pool = this.openPool({ connectionString: await scratchDatabase('empty'), max: 3 });
    });
    afterEach(async () => {
      for (const app of this.#opened.splice(0)) await app.close();
    });
    afterAll(() => this.pool.end());
  }

  get pool(): pg.Pool {
    return this.#pool!;
  }

  openPool(config: pg.PoolConfig = this.pool.options): pg.Pool {
    const pool = new pg.Pool(config);
    // The test drops the database by force.
    pool.on('error', () => {});
    return pool;
  }

  /** An application without plugins. */
  bare(server?: FastifyServerOptions): FastifyInstance {
    const app = Fastify(server) as FastifyInstance;
    this.#opened.push(app);
    return app;
  }

  /** An application that registers `budgets`, then calls `add`. */
  of(add: (app: FastifyInstance) => void, { server, ...options }: Setting = {}): FastifyInstance {
    const app = this.bare(server);
    app.register(budgets, { pool: this.pool, mode: 'throw', ...options });
    app.register(fp(async (scope: FastifyInstance) => add(scope)));
    return app;
  }

  /** Sends one statement. */
  readonly one = () => this.pool.query('select 1');

  /** Sends two different statements. */
  async two(): Promise<void> {
    await this.one();
    await this.pool.query('select now()');
  }

  /** Sends one statement several times. */
  async loop(times = 3): Promise<void> {
    for (let n = 0; n < times; n += 1) await this.pool.query('select $1::int as n', [n]);
  }
}

/** A reply over budget. */
export const exceeded = { statusCode: 500, headers: { 'cache-control': 'no-store' } };
