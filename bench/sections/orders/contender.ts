/** A service that takes orders, with a worker and a mail server behind it, on a database of its own. */
import { join } from 'node:path';
import { seed } from '../../../prisma/seed/seed.ts';
import { PROJECT } from '../../../src/dev/home.ts';
import { migrate } from '../../../src/dev/migrate.ts';
import type { Bench } from '../../support/bench.ts';
import { type Child, startChild, startProgram } from '../../support/child.ts';
import { withClient } from '../../support/client.ts';
import { headersFor, productionEnvironment } from '../../support/environment.ts';
import type { Mix, Mixed } from '../../support/load.ts';
import { startService } from '../../support/service.ts';

export interface Contender {
  readonly name: string;
  order(seconds: number): Promise<Mixed>;
  /** Mails that its mail server has taken. */
  mailed(): Promise<number>;
}

export interface ContenderOptions {
  readonly name: string;
  /** How long its mail server thinks about each mail. */
  readonly delayMs: number;
  /** A database on the server that its own is made on. */
  readonly neighbour: string;
  readonly load: Child;
}

const CLIENTS = 4;
const PRODUCTS = 20;
const shippingAddress = { name: 'Ada', street: 'Lindenweg 7', postalCode: '10115', city: 'Berlin', country: 'Germany' };

export async function startContender({ stack }: Bench, options: ContenderOptions): Promise<Contender> {
  const { name, delayMs, neighbour, load } = options;
  const url = await databaseBeside(stack, neighbour, name);
  const products = await shelf(url);
  const smtp = startChild(stack, { file: join(import.meta.dirname, 'smtp-child.ts') });
  const environment = {
    ...productionEnvironment(url),
    OVERLOAD_EVENT_LOOP_DELAY_MS: '0',
    SMTP_URL: await smtp.ask<string>('listen', { delayMs }),
  };
  const { address } = await startService(stack, { name, environment });
  startProgram(stack, [process.execPath, 'src/worker.ts'], {
    cwd: PROJECT,
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const requests = products.map((productId) => ({
    path: '/v1/orders',
    method: 'POST' as const,
    body: JSON.stringify({ items: [{ productId, quantity: 1 }], shippingAddress }),
  }));
  const headers = { ...headersFor(environment), 'content-type': 'application/json' };
  const mix: Omit<Mix, 'seconds'> = { url: address, connections: CLIENTS, headers, requests };
  return {
    name,
    order: (seconds) => load.ask<Mixed>('mix', { ...mix, seconds }),
    mailed: () => smtp.ask<number>('taken'),
  };
}

/** A small database of its own, for what orders write would stay in one that is kept. */
export async function databaseBeside(stack: AsyncDisposableStack, neighbour: string, kind: string): Promise<string> {
  const url = new URL(neighbour);
  const name = `orders_${kind}_${process.pid}`;
  url.pathname = `/${name}`;
  const say = (text: string) => withClient(neighbour, (client) => client.query(text));
  await say(`create database ${name}`);
  stack.defer(async () => void (await say(`drop database ${name} with (force)`)));
  await migrate(url.href);
  await seed({ url: url.href, size: 'tiny' });
  return url.href;
}

/** Products that are never sold out. */
const shelf = (url: string): Promise<number[]> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ id: number }>(
      `with product as (
         insert into products (merchant_id, category_id, name, slug, description, price, image_url)
         select 1, 1, 'Lamp ' || n, gen_random_uuid(), '', 10, '' from generate_series(1, $1::int) n returning id
       ) insert into inventories (product_id, quantity) select id, 1000000 from product returning product_id as id`,
      [PRODUCTS],
    );
    return rows.map(({ id }) => id);
  });
