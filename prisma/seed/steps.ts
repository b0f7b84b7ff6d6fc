/** The steps of a seed, in their order: each step is one SQL file, with the names of the tables that it fills. */

import { readFileSync } from 'node:fs';
import type { Size } from './sizes.ts';

interface Step {
  name: string;
  tables: readonly string[];
}

const STEPS: readonly Step[] = [
  { name: 'accounts', tables: ['users'] },
  { name: 'merchants', tables: ['categories', 'merchants'] },
  { name: 'catalog', tables: ['products', 'inventories', 'reviews'] },
  { name: 'orders', tables: ['orders', 'order_items'] },
  { name: 'transactions', tables: ['transactions'] },
  { name: 'projects', tables: ['projects', 'permissions', 'activities'] },
  { name: 'feed', tables: ['posts', 'notifications'] },
  { name: 'devices', tables: ['devices', 'readings', 'readings_hourly', 'reports'] },
];

export const TABLES: readonly string[] = STEPS.flatMap((step) => step.tables);

const CORNER_CASES: Step = { name: 'corner-cases', tables: [] };

export function stepsOf(size: Size): readonly Step[] {
  return size === 'tiny' ? [...STEPS, CORNER_CASES] : STEPS;
}

export function sql(name: string): string {
  return readFileSync(new URL(`${name}.sql`, import.meta.url), 'utf8');
}
