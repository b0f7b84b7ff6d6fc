/** The result of one check of a project and its database. */
export interface Finding {
  /** The subject of the check: `PostgreSQL`, `triggers of post`. */
  readonly check: string;
  readonly state: 'ok' | 'missing' | 'wrong' | 'unknown';
  /** The result, in a few words or a sentence. */
  readonly detail: string;
  /** The remedy; empty if there is nothing to do. */
  readonly remedy: string;
}

export const ok = (check: string, detail: string): Finding => ({ check, state: 'ok', detail, remedy: '' });

/** A finding that needs a remedy. */
export function fault(state: Exclude<Finding['state'], 'ok'>, about: Omit<Finding, 'state'>): Finding {
  return { state, ...about };
}

/** The finding of a check whose result is a complaint in one sentence, with its remedy, or undefined. */
export function ofComplaint(check: string, complaint: string | undefined, good: string): Finding {
  return complaint === undefined ? ok(check, good) : fault('wrong', { check, detail: complaint, remedy: '' });
}
