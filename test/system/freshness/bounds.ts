/** The bounds that the instances of the check guarantee, in milliseconds. */

/** `FRESHNESS_BOUND_MS`: a read that is sent later than this after a commit shows it. */
export const BOUND_MS = 200;
/** `FRESHNESS_CONNECTION_MS`: how long an instance may follow a server that the address no longer leads to. */
export const CONNECTION_MS = 1000;
