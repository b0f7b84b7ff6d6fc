/** A token: the position of a follower and its epoch, as the text that a `Consistency-Token` carries. */
import { readSnapshot, type Snapshot } from './snapshot.ts';

const OF = '@';

export const tokenText = (position: string, epoch: string): string => `${position}${OF}${epoch}`;

/** @returns `undefined` for an invalid token. */
export function readToken(
  token: string,
): { readonly position: Snapshot; readonly epoch: string | undefined } | undefined {
  const text = token.split(OF, 1)[0]!;
  const position = readSnapshot(text);
  const epoch = text === token ? undefined : token.slice(text.length + OF.length);
  return position && { position, epoch };
}
