/**
 * The method with which a logger of `pino` writes a line, under a symbol that pino keeps to itself. Every child
 * inherits it. The library does not depend on pino, so it finds the symbol by its description. `test/inspector/pino-
 * internals.test.ts` fails when a new version has moved the method.
 */

/** Writes a line. @param about the object that the line describes: an error, or the values of the line. */
export type WriteLine = (this: unknown, about: unknown, text: string | undefined, level: number) => unknown;

/**
 * Replaces the method of a logger and of its children.
 * @returns a function that restores it; undefined for a logger that is not of pino.
 */
export function replaceWrite(log: object, replace: (write: WriteLine) => WriteLine): (() => void) | undefined {
  const symbol = symbolNamed(log, 'pino.write');
  if (!symbol) return undefined;
  const holder = log as Record<symbol, WriteLine>;
  const write = holder[symbol]!;
  const isOwn = Object.hasOwn(log, symbol);
  holder[symbol] = replace(write);
  return () => {
    if (isOwn) holder[symbol] = write;
    else delete holder[symbol];
  };
}

function symbolNamed(object: object, description: string): symbol | undefined {
  for (let at: object | null = object; at; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertySymbols(at).find((symbol) => symbol.description === description);
    if (found) return found;
  }
  return undefined;
}
