/** The number of rows that a seed makes; the numbers of permissions, items, stock and hours follow from the others. */

export type Size = 'tiny' | 'small' | 'large';

interface Rows {
  users: number;
  merchants: number;
  products: number;
  reviews: number;
  orders: number;
  transactions: number;
  /** The number of transactions of user 1. */
  adas_transactions: number;
  projects: number;
  activities: number;
  posts: number;
  notifications: number;
  devices: number;
  readings: number;
  reports: number;
}

export const SIZES: Readonly<Record<Size, Rows>> = {
  tiny: {
    users: 24,
    merchants: 12,
    products: 40,
    reviews: 120,
    orders: 30,
    transactions: 160,
    adas_transactions: 60,
    projects: 20,
    activities: 60,
    posts: 40,
    notifications: 60,
    devices: 8,
    readings: 240,
    reports: 10,
  },
  small: {
    users: 2_000,
    merchants: 500,
    products: 5_000,
    reviews: 50_000,
    orders: 8_000,
    transactions: 100_000,
    adas_transactions: 5_000,
    projects: 300,
    activities: 10_000,
    posts: 10_000,
    notifications: 20_000,
    devices: 200,
    readings: 200_000,
    reports: 60,
  },
  large: {
    users: 20_000,
    merchants: 2_000,
    products: 20_000,
    reviews: 1_000_000,
    orders: 80_000,
    transactions: 1_000_000,
    adas_transactions: 5_000,
    projects: 3_000,
    activities: 100_000,
    posts: 100_000,
    notifications: 200_000,
    devices: 2_000,
    readings: 5_000_000,
    reports: 600,
  },
};
