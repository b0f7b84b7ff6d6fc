/** The viewer checks of writes, which run first. */
import { requestError, type Viewer } from 'hotpath';

const ID = /^[1-9]\d{0,9}$/;

/** Subjects are the ids of users. Any other subject names no user: no row has the id 0. */
export function subjectId({ subject }: Viewer): number {
  const id = ID.test(String(subject)) ? Number(subject) : 0;
  return id < 2 ** 31 ? id : 0;
}

export const isAdmin = ({ role }: Viewer): boolean => role === 'admin';

/**
 * The id of the user that sends the request.
 * @throws `unauthenticated` for the public.
 */
export function mustBeUser(viewer: Viewer): number {
  if (viewer.subject === undefined) throw requestError('unauthenticated', 'This needs a bearer token.');
  return subjectId(viewer);
}

/** @throws `unauthenticated`, or `forbidden` for a viewer that is not an administrator. */
export function mustBeAdmin(viewer: Viewer): void {
  mustBeUser(viewer);
  if (!isAdmin(viewer)) throw requestError('forbidden', 'Only an administrator may do this.');
}

/** @throws `unauthenticated`, or `forbidden` for a viewer that is neither this user nor an administrator. */
export function mustBeSelf(userId: number, viewer: Viewer): void {
  if (mustBeUser(viewer) !== userId && !isAdmin(viewer))
    throw requestError('forbidden', 'You may only do this for yourself.');
}
