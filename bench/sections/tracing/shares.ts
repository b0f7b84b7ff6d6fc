/** The shares of requests that are traced, by name; none without tracing. */
export const SHARES = { off: undefined, one: 0.01, all: 1 } as const;

export type ShareName = keyof typeof SHARES;
