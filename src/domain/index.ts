/** The marketplace's table of contents: one line a module. */
import { accounts } from './accounts/index.ts';
import { catalog } from './catalog/index.ts';
import { devices } from './devices/index.ts';
import { feed } from './feed/index.ts';
import type { DomainModule } from './module.ts';
import { orders } from './orders/index.ts';
import { payments } from './payments/index.ts';
import { projects } from './projects/index.ts';
import { reports } from './reports/index.ts';

export const modules: readonly DomainModule[] = [accounts, payments, catalog, orders, projects, feed, devices, reports];
