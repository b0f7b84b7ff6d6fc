/**
 * The shapes of reads that are compared. A shape is a question with one number in it, such as a user's id; `subjects`
 * finds the numbers to ask with, by SQL on the database that is measured.
 */
import { withClient } from '../../support/client.ts';
import { randomNumbers } from '../../support/zipf.ts';

export interface Shape {
  readonly title: string;
  /** A query whose rows each have one column, `subject`. */
  readonly subjects: string;
  /** Whether it is another size of the shape `list`, for which there is no goal. */
  readonly isVariant?: boolean;
}

const USERS = 'SELECT id AS subject FROM users ORDER BY id LIMIT 2000';

/** The parents that have this number of rows in a table, or the most rows if none has. */
const having = (rows: number, table: string, column: string): string => `
  WITH counted AS (SELECT ${column} AS subject, least(count(*), ${rows}) AS held FROM ${table} GROUP BY 1)
  SELECT subject FROM counted WHERE held = (SELECT max(held) FROM counted) ORDER BY 1 LIMIT 500`;

const usersWith = (transactions: number): string => having(transactions, 'transactions', 'user_id');

export const SHAPES = {
  row: { title: 'one user by id', subjects: USERS },
  list: { title: '50 transactions with merchant and category', subjects: usersWith(50) },
  list1: { title: '1 transaction', subjects: usersWith(1), isVariant: true },
  list100: { title: '100 transactions', subjects: usersWith(100), isVariant: true },
  list1000: { title: '1,000 transactions', subjects: usersWith(1000), isVariant: true },
  dashboard: { title: 'a dashboard: 50 transactions, totals by category', subjects: usersWith(50) },
  products: {
    title: '20 products with rating, reviews counted, stock',
    subjects: having(20, 'products', 'merchant_id'),
  },
  reviews: {
    title: 'a product with 100 reviews and their users',
    subjects: having(100, 'reviews', 'product_id'),
  },
  project: {
    title: 'a project with members and 20 activities',
    subjects: 'SELECT id AS subject FROM projects ORDER BY id LIMIT 500',
  },
  home: { title: 'home: posts, unread notifications, their number', subjects: USERS },
  readings: {
    title: '100 latest readings of all devices',
    subjects: 'SELECT minute AS subject FROM generate_series(0, 99) AS minute',
  },
} as const satisfies Readonly<Record<string, Shape>>;

export type ShapeName = keyof typeof SHAPES;

export const SHAPE_NAMES = Object.keys(SHAPES) as readonly ShapeName[];

/** Answers one shape: the value whose JSON a route sends, or that JSON. */
export type ReadAnswer = (subject: number) => Promise<unknown>;
export type ReadAnswers = Readonly<Record<ShapeName, ReadAnswer>>;

const DRAWS = 2048;

/** The numbers of a shape's requests, in turn: the same for all contenders and in every run. */
export async function drawSubjects(url: string, shape: ShapeName): Promise<number[]> {
  const { rows } = await withClient(url, (client) => client.query<{ subject: number }>(SHAPES[shape].subjects));
  const random = randomNumbers(20_260_601);
  return Array.from({ length: DRAWS }, () => rows[Math.floor(rows.length * random())]!.subject);
}

/** The seed's present. */
const PRESENT = Date.parse('2026-06-01T00:00:00Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** The window of the shape `readings`: a day that ends so many minutes before the seed's present. */
export function windowEnding(minutes: number): { readonly since: Date; readonly until: Date } {
  const until = PRESENT - minutes * MINUTE;
  return { since: new Date(until - DAY), until: new Date(until) };
}
