/** The default options of a follower, in milliseconds. */
export const FOLLOWER_DEFAULTS = {
  pollMs: 20,
  idlePollMs: 1000,
  idleAfterMs: 10_000,
  boundMs: 200,
  connectionMs: 5000,
  windowMs: 600_000,
  upkeepMs: 10_000,
  listen: false,
  namesLife: false,
};

/** The most tags, and transactions of one tag, that a follower remembers. */
export const MEMORY_LIMITS = { tags: 200_000, transactions: 8 };

/**
 * Changes, and tags of them, in one reading: if there are more, the follower forgets everything instead. `unlearned` is the cost of
 * a row that is not learned, in tags.
 */
export const READING_LIMITS = { changes: 20_000, tags: 100_000, unlearned: 20 };

/** Times that no option changes, in milliseconds. */
export const PACE = {
  /** How long the database may take to answer, at the least. */
  patienceMs: 2000,
  /** From one look at a catalog that may have changed to the next, at the most. */
  catalogMs: 100,
  /** From one connection that a doubt has cost to the next. */
  doubtMs: 200,
  firstRetryMs: 10,
  lastRetryMs: 2000,
};
