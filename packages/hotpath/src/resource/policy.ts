/**
 * The policy of a resource: which rows and fields a viewer may see, as data by role. It is merged into every
 * selection before anything is compiled, at the root and wherever the resource is embedded, so there is no way to
 * ask around it.
 *
 * `SUBJECT` stands for the viewer in a condition: `{ rows: { userId: SUBJECT } }` is "their own". A role that the
 * policy does not name sees nothing.
 */
import type { Viewer } from './viewer.ts';

/** Stands for the viewer's subject in a policy's rows. */
export const SUBJECT: unique symbol = Symbol('subject');

/** A condition in the shape of Prisma's `where`, with `SUBJECT` where the viewer's own id is meant. */
export type RowCondition = { readonly [key: string]: unknown };

export interface Grant {
  /** The rows that may be seen; all of them without it. */
  readonly rows?: RowCondition;
  /** Declared fields and relations that may not be seen, as if they were not declared. */
  readonly without?: readonly string[];
}

/** What each role may see. `public` is who brings no token. */
export type Policy = Readonly<Record<string, Grant>>;

/** Every row and field, for every role that is named. */
export const everything = (...roles: string[]): Policy => Object.fromEntries(roles.map((role) => [role, {}]));

/** What is granted to the viewer, with the subject put in; `undefined` if nothing is. */
export function grantFor(policy: Policy, viewer: Viewer): Grant | undefined {
  const grant = Object.hasOwn(policy, viewer.role) ? policy[viewer.role] : undefined;
  if (!grant?.rows) return grant;
  return { ...grant, rows: withSubject(grant.rows, viewer) as RowCondition };
}

/** Whether two viewers of a role may see different things, so that a cached response is one viewer's alone. */
export const dependsOnSubject = (grant: Grant): boolean => mentionsSubject(grant.rows);

function mentionsSubject(value: unknown): boolean {
  if (value === SUBJECT) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(mentionsSubject);
}

function withSubject(value: unknown, viewer: Viewer): unknown {
  if (value === SUBJECT) return subjectId(viewer);
  if (Array.isArray(value)) return value.map((item) => withSubject(item, viewer));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withSubject(inner, viewer)]));
}

const ID = /^[1-9]\d{0,9}$/;

/** Subjects are the ids of users. One that is not names nobody: 0 is the id of no row. */
export function subjectId({ subject }: Viewer): number {
  const id = ID.test(String(subject)) ? Number(subject) : 0;
  return id < 2 ** 31 ? id : 0;
}
