/** A session pool that counts its statements from the start. */
import type { SessionPoolConfig } from '../session/session-pool.ts';
import { SessionPool } from '../session/session-pool.ts';
import { countStatements } from './count-statements.ts';

/** A pool of `pg` whose sessions have the settings that compiled reads depend on, and whose statements are counted. */
export class CountingPool extends SessionPool {
  constructor(config: SessionPoolConfig) {
    super(config);
    countStatements(this);
  }
}
