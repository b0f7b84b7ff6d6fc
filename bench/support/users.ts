/**
 * The users whose dashboards the clients read: a fixed sequence, the same for all contenders and on every machine. Users with
 * many transactions come more often: of n users in the order of their transactions, the one at place p has a weight of
 * 1/sqrt(p).
 */
import { withClient } from './client.ts';
import { randomNumbers } from './zipf.ts';

const DRAWS = 4096;

const IN_ORDER = `
  select id from users left join (select user_id, count(*) as held from transactions group by user_id) as counts
    on user_id = id
  order by held desc nulls last, id`;

export async function drawUsers(url: string): Promise<number[]> {
  const { rows } = await withClient(url, (client) => client.query<{ id: number }>(IN_ORDER));
  const random = randomNumbers(20_260_601);
  return Array.from({ length: DRAWS }, () => rows[Math.floor(rows.length * random() ** 2)]!.id);
}
