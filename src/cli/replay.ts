/** `hotpath replay` with tokens that the marketplace accepts. */
import { replayCommand } from 'hotpath/cli';
import { signToken } from './token.ts';

export const marketplaceReplay = replayCommand(({ role, subject }) =>
  role === 'user' || role === 'admin' ? signToken({ user: subject, role }) : undefined,
);
