/** Faults of the connection on which an instance follows the database. */
import { setTimeout as rest } from 'node:timers/promises';
import { BOUND_MS } from '../bounds.ts';
import type { Faults } from './fault.ts';

export const LINK_FAULTS: Faults = {
  // The server ends it.
  async 'follower-cut'({ ground: { database } }) {
    await database.pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'hotpath follower'`);
  },
  // Nothing comes through, and nothing is closed.
  async 'follower-freeze'({ ground: { proxy } }) {
    proxy.freeze();
    await rest(1500);
    proxy.thaw();
  },
  // Every answer comes late: first by less than the bound, then by more.
  async 'link-slow'({ ground: { proxy } }) {
    for (const delayMs of [50, BOUND_MS + 50]) {
      proxy.delayMs = delayMs;
      await rest(1000);
    }
    proxy.delayMs = 0;
  },
};
