/** What one check of a project and its database has found. */
export interface Finding {
  /** What was looked at: `PostgreSQL`, `triggers of post`. */
  readonly check: string;
  readonly state: 'ok' | 'missing' | 'wrong' | 'unknown';
  /** What was found, in a few words or a sentence. */
  readonly detail: string;
  /** What to do; empty where nothing is to be done. */
  readonly remedy: string;
}

export const ok = (check: string, detail: string): Finding => ({ check, state: 'ok', detail, remedy: '' });

/** A finding that asks for something to be done. */
export function fault(state: Exclude<Finding['state'], 'ok'>, about: Omit<Finding, 'state'>): Finding {
  return { state, ...about };
}

/** The finding of a check that gives one sentence on what is wrong, with its remedy, or nothing. */
export function ofComplaint(check: string, complaint: string | undefined, good: string): Finding {
  return complaint === undefined ? ok(check, good) : fault('wrong', { check, detail: complaint, remedy: '' });
}
