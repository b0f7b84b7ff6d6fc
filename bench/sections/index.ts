/** The table of contents of the bench: its sections, in the order in which they run. */
import type { Section } from '../support/bench.ts';
import { beforeAfter } from './before-after/before-after.ts';
import { change } from './change/change.ts';
import { cold } from './cold/cold.ts';
import { flood } from './flood.ts';
import { hot } from './hot/hot.ts';
import { indexes } from './indexes.ts';
import { inspectorCost } from './inspector/inspector.ts';
import { log } from './log/log.ts';
import { memory } from './memory.ts';
import { mixed } from './mixed.ts';
import { ordersSection } from './orders/orders.ts';
import { reads } from './reads/reads.ts';
import { replicas } from './replicas.ts';
import { scale } from './scale/scale.ts';
import { tracing } from './tracing/tracing.ts';
import { writes } from './writes/writes.ts';

export const SECTIONS: Readonly<Record<string, Section>> = {
  beforeAfter,
  cold,
  reads,
  hot,
  mixed,
  flood,
  tracing,
  inspector: inspectorCost,
  replicas,
  scale,
  writes,
  change,
  log,
  orders: ordersSection,
  memory,
  indexes,
};
