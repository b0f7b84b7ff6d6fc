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
};
