/** Who may see whose payments: users their own, administrators anyone's. */
import { requestError } from '../../engine/http/errors.ts';
import type { Viewer } from '../../engine/resource/viewer.ts';

/** @throws `unauthenticated` for the public, `forbidden` for another user. */
export function mustSeePaymentsOf(userId: number, viewer: Viewer): void {
  if (viewer.subject === undefined) throw requestError('unauthenticated', 'This needs a bearer token.');
  if (viewer.role !== 'admin' && viewer.subject !== String(userId)) {
    throw requestError('forbidden', 'You may only see your own dashboard.');
  }
}
