/** The viewer: the author of a request. An authenticated subject and its role, or the public. */
export interface Viewer {
  /** The subject of the token, `undefined` for the public. */
  readonly subject: string | undefined;
  readonly role: string;
}

/** The viewer of a request without credentials. */
export const PUBLIC: Viewer = Object.freeze({ subject: undefined, role: 'public' });
