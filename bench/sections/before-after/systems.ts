/** The five systems: the reads and the readers of each, and the writes meanwhile. */
import { withClient } from '../../support/client.ts';
import type { Sent } from '../../support/load.ts';
import { randomNumbers, zipf } from '../../support/zipf.ts';

interface Thing {
  readonly id: number;
  /** The part of it that a write changes, if that is not the thing itself. */
  readonly part?: number;
  /** The values of a write are those of the row, so both services go on showing the same. */
  readonly value?: string | number;
}

export interface System {
  readonly name: string;
  readonly title: string;
  /** Rows of things, in the order of their popularity. */
  readonly things: string;
  readonly read: (thing: Thing) => string;
  readonly write: (thing: Thing) => Sent;
}

/** The readers, or what is read, of a busy hour. */
const POPULAR = 2000;
const SHUFFLED = `order by md5(id::text) limit ${POPULAR}`;
const USERS = `select id, name as value from users ${SHUFFLED}`;
/** The user that buys most looks at the dashboard most. */
const BUYERS = `select users.id, name as value from users
  join (select user_id, count(*) as held from transactions group by user_id) as counts on user_id = users.id
  order by held desc, users.id limit ${POPULAR}`;

const rename = ({ id, value: name }: Thing): Sent => ({
  path: `/v1/users/${id}`,
  method: 'PATCH',
  body: JSON.stringify({ name }),
});

const WINDOW = 'since=2026-05-31T16:00:00Z&until=2026-06-01T00:00:00Z';

export const SYSTEMS: readonly System[] = [
  {
    name: 'dashboard',
    title: 'Dashboard',
    things: BUYERS,
    read: ({ id }) => `/v1/users/${id}/dashboard`,
    write: rename,
  },
  {
    name: 'project',
    title: 'Project page',
    things: `select id from projects ${SHUFFLED}`,
    read: ({ id }) => `/v1/projects/${id}`,
    write: ({ id }) => ({
      path: `/v1/projects/${id}/activities`,
      method: 'POST',
      body: JSON.stringify({ kind: 'commented', summary: 'Looks good to me.' }),
    }),
  },
  {
    name: 'home',
    title: 'Home',
    things: USERS,
    read: ({ id }) => `/v1/users/${id}/home`,
    write: rename,
  },
  {
    name: 'products',
    title: 'Product list',
    things: `select * from (
        select distinct on (merchant_id) merchant_id as id, product_id as part, quantity as value
        from products join inventories on product_id = products.id order by merchant_id, product_id
      ) as merchants ${SHUFFLED}`,
    read: ({ id }) => `/v1/products?merchantId=${id}`,
    write: ({ part, value: quantity }) => ({
      path: `/v1/products/${part}/inventory`,
      method: 'PATCH',
      body: JSON.stringify({ quantity }),
    }),
  },
  {
    name: 'readings',
    title: 'Latest readings',
    things: `select id from devices ${SHUFFLED}`,
    read: ({ id }) => `/v1/devices/${id}/readings?${WINDOW}`,
    write: ({ id }) => ({
      path: `/v1/devices/${id}/readings`,
      method: 'POST',
      body: '{"readings":[{"timestamp":"$TIME","temperature":4.5,"humidity":61.5,"battery":90}]}',
    }),
  },
];

const DRAWS = 50_000;
const WRITES = 0.02;

export interface Traffic {
  /** In the order in which they are sent. */
  readonly requests: readonly Sent[];
  /** Reads of different things, the most popular first. */
  readonly reads: readonly string[];
}

/** The requests to a system: both services get the same. */
export async function trafficOf({ things, read, write }: System, url: string): Promise<Traffic> {
  const { rows } = await withClient(url, (client) => client.query<Thing>(things));
  const random = randomNumbers(98_765);
  const requests = zipf(rows, { seed: 20_260_601, count: DRAWS }).map((thing) =>
    random() < WRITES ? write(thing) : { path: read(thing) },
  );
  return { requests, reads: rows.map(read) };
}
