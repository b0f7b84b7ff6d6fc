/**
 * What ioredis writes to the console by itself: warnings about passwords and rights, and errors of connections that it
 * opens for itself. It has no other door for them, so the console is listened to while a client is open, and what is not
 * of ioredis goes where it went before.
 */

const OF_IOREDIS =
  /^(\[ioredis\]|\[WARN\] (Redis server|This Redis)|\[ERROR\] The server returned|Skipping the ready check|\[WARN\] replyMapping)/;

const METHODS = ['warn', 'error'] as const;

/** @returns what lets the console be as it was. */
export function hearIoredis(hear: (message: string) => void): () => void {
  const restore = METHODS.map((method) => {
    const before = console[method];
    const listening = (...args: unknown[]) => {
      if (OF_IOREDIS.test(String(args[0]))) hear(args.map(String).join(' '));
      else before.apply(console, args);
    };
    console[method] = listening;
    return () => {
      // Another client may have begun to listen since, and goes on through this one.
      if (console[method] === listening) console[method] = before;
    };
  });
  return () => restore.forEach((undo) => void undo());
}
