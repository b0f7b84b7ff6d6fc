/**
 * The console output of ioredis: warnings about passwords and privileges, and errors of its internal connections. ioredis has
 * no other way to report them. So this code listens to the console while a client is open, and passes on all output of other
 * code.
 */

const OF_IOREDIS =
  /^(\[ioredis\]|\[WARN\] (Redis server|This Redis)|\[ERROR\] The server returned|Skipping the ready check|\[WARN\] replyMapping)/;

const METHODS = ['warn', 'error'] as const;

/** @returns a function that restores the console. */
export function onIoredisError(listener: (message: string) => void): () => void {
  const restore = METHODS.map((method) => {
    const before = console[method];
    const listening = (...args: unknown[]) => {
      if (OF_IOREDIS.test(String(args[0]))) listener(args.map(String).join(' '));
      else before.apply(console, args);
    };
    console[method] = listening;
    return () => {
      // Another client may have begun to listen since, and still calls this function.
      if (console[method] === listening) console[method] = before;
    };
  });
  return () => restore.forEach((undo) => void undo());
}
