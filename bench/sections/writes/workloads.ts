/**
 * The writes: pgbench scripts. `:start` is another second in every turn, and `:n` counts a client's transactions, so each
 * reading is new and follows the others of its device, as in real use.
 */
export interface Workload {
  readonly name: string;
  /** Connections that write at once. */
  readonly connections: number;
  readonly script: string;
  /** The part of the writes that the triggers may cost. */
  readonly goal: number;
}

const SINGLE = { connections: 8, goal: 0.15 };
const BATCH = { connections: 2, goal: 0.05 };

const TRANSACTION = `
INSERT INTO transactions (user_id, merchant_id, amount, description, reference, card_last4, location, metadata)`;
const ROW = `12.5, 'Coffee and cake', 'reference', '1234', '{"city": "Berlin"}', '{}'`;

const READING = `
INSERT INTO readings (device_id, "timestamp", temperature, humidity, battery)`;
const NEXT = '\\set n :n + 1';

export const WORKLOADS: readonly Workload[] = [
  {
    name: 'a transaction',
    ...SINGLE,
    script: `\\set user random(1, 2000)${TRANSACTION} VALUES (:user, 1 + :user % 100, ${ROW});`,
  },
  {
    name: 'a reading',
    ...SINGLE,
    script: `${NEXT}${READING} VALUES (1 + :client_id, to_timestamp(:start) + :n * interval '1 ms', 4.5, 50, 80);`,
  },
  {
    name: 'a price',
    ...SINGLE,
    script: `\\set product random(1, 5000)\nUPDATE products SET price = price + 0.01 WHERE id = :product;`,
  },
  {
    name: '1,000 transactions',
    ...BATCH,
    script: `${TRANSACTION.trimStart()}
SELECT 1 + i * 7 % 2000, 1 + i % 100, ${ROW} FROM generate_series(1, 1000) AS i;`,
  },
  {
    name: '1,000 readings',
    ...BATCH,
    script: `${NEXT}${READING}
SELECT 1 + :client_id, to_timestamp(CAST(:start AS bigint) + :n) + i * interval '1 ms', 4.5, 50, 80 FROM generate_series(1, 1000) AS i;`,
  },
];
