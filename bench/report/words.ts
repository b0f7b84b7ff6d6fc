/** How numbers and names are written in the report and in the README. */
import { shown } from '../support/table.ts';

const SYSTEM_NAMES: Readonly<Record<string, string>> = {
  dashboard: 'Dashboard',
  project: 'Project page',
  home: 'Home',
  products: 'Product list',
  readings: 'Latest readings',
};

export const systemName = (name: string): string => SYSTEM_NAMES[name] ?? name;

/** Three digits that count, at most. */
export function brief(value: number): string {
  if (!Number.isFinite(value)) return '∞';
  if (value === 0 || Math.abs(value) >= 100) return shown(value);
  if (Math.abs(value) >= 10) return shown(value, 1).replace(/\.0$/, '');
  return shown(value, 2).replace(/\.?0+$/, '') || '0';
}

export const milliseconds = (value: number): string =>
  value >= 1000 ? `${brief(value / 1000)} s` : `${brief(value)} ms`;

export const bytes = (value: number): string => (value >= 1000 ? `${brief(value / 1000)} kB` : `${brief(value)} B`);

export const megabytes = (value: number): string => `${shown(value / 2 ** 20)} MB`;

export const percent = (value: number): string => `${brief(value * 100)}%`;

/** 1,000 as 1k. */
export const short = (value: number): string => (value >= 1000 ? `${brief(value / 1000)}k` : brief(value));
