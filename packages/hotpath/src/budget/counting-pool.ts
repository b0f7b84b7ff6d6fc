/** A session pool whose statements are counted from the start. */
import type { SessionPoolConfig } from '../session/session-pool.ts';
import { SessionPool } from '../session/session-pool.ts';
import { countStatements } from './count-statements.ts';

export class CountingPool extends SessionPool {
  constructor(config: SessionPoolConfig) {
    super(config);
    countStatements(this);
  }
}
