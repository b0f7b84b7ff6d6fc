/** The consequences of an order: a mail, a notification, and the count of the merchants' stock; each once. */
import { describe, expect, it } from 'vitest';
import { as, useApp } from '../../support/app.ts';
import { folders, mailsIn, queueDone } from '../../support/jobs.ts';
import { shop } from './support.ts';

const places = await folders();
const app = useApp({ seeded: true, environment: { JOBS: 'inline', ...places } });
const { get, sql, shelve, order, written } = shop(app);

/** Runs the jobs of an order once more, as after a worker that was killed before the queue recorded their end. */
const again = (id: number) =>
  sql(
    `select count(*) from unnest('{orders.confirm,orders.count}'::text[]) as job,
       graphile_worker.add_job(job, json_build_object('payload', json_build_object('orderId', $1::int)))`,
    [id],
  );

describe('an order', () => {
  it('is confirmed by a mail and a notification, which the home page shows at once', async () => {
    const ids = await shelve(2, { stock: 10, price: '1.10' });
    const before = (await get('/users/5/home', as(5))).json.data.unread;
    const { status, json } = await order(ids, as(5), 2);
    expect(status).toBe(201);
    expect(await queueDone(sql)).toEqual([]);
    const home = (await get('/users/5/home', as(5))).json.data;
    expect(home.unread).toBe(before + 2);
    expect(home.notifications.map(({ title }: { title: string }) => title)).toContain(
      `Order ${json.data.id} is confirmed`,
    );
    const [mail] = await mailsIn(places);
    const [{ email }] = (await sql<{ email: string }>('select email from users where id = 5')) as [{ email: string }];
    expect(mail).toMatch(new RegExp(`^Message-ID: <order-${json.data.id}-\\d+-confirmed@localhost>`, 'm'));
    expect(mail).toContain(`<${email}>`);
    expect(mail).toContain('2 x Lamp 1, 1.10 each');
    expect(mail).toContain('Together: 6.60 EUR.');
  });

  it('is confirmed and counted once, also if its jobs run several times', async () => {
    const [id] = await shelve(1, { stock: 10, price: '2.50' });
    const { json } = await order([id!], as(6), 3);
    await queueDone(sql);
    const state = async () => [
      await written(),
      (await mailsIn(places)).length,
      await sql('select ordered, revenue::text, remaining from stock_days where product_id = $1', [id]),
    ];
    const once = await state();
    expect(once[2]).toEqual([{ ordered: 3, revenue: '7.50', remaining: 7 }]);
    await again(json.data.id);
    expect(await queueDone(sql)).toEqual([]);
    expect(await state()).toEqual(once);
  });

  it('is counted in the daily figures of its product, which administrators see', async () => {
    const [id] = await shelve(1, { stock: 10 });
    for (const quantity of [1, 2]) await order([id!], as(7), quantity);
    await queueDone(sql);
    const url = `/merchants/2/stock?productId=${id}&fields=ordered,revenue,remaining`;
    expect((await get(url, as(1, 'admin'))).json.data).toEqual([{ ordered: 3, revenue: '30', remaining: 7 }]);
    expect((await get(url, as(7))).status).toBe(403);
  });

  it('that is refused leaves no job', async () => {
    const [id] = await shelve(1, { stock: 1 });
    expect((await order([id!], as(5), 2)).status).toBe(409);
    expect(await sql('select id from graphile_worker.jobs')).toEqual([]);
  });
});
