/**
 * The policy of a resource: which rows and fields a viewer may see, as data by role. It is merged into every
 * selection before anything is compiled, at the root and wherever the resource is embedded, so there is no way to
 * ask around it.
 *
 * `SUBJECT` stands for the viewer in a condition: `{ rows: { userId: SUBJECT } }` is "their own". A role that the
 * policy does not name sees nothing.
 */
import type { DataModel } from '../model/data-model.ts';
import { noRows } from './no-rows.ts';
import { anySubject, canNameSubject, SUBJECT, SubjectInsertion, subjectAs, type ValueFor } from './subject.ts';
import type { Viewer } from './viewer.ts';

export { SUBJECT } from './subject.ts';

/** A condition in the shape of Prisma's `where`, with `SUBJECT` where the viewer's own id is meant. */
export type RowCondition = { readonly [key: string]: unknown };

/** The rows and fields of a resource that one role may see. */
export interface Grant {
  /** The rows that may be seen; all of them without it. */
  readonly rows?: RowCondition;
  /** Declared fields and relations that may not be seen, as if they were not declared; none without it. */
  readonly without?: readonly string[];
}

/** The rows and fields that each role may see. `public` is who brings no token. */
export type Policy = Readonly<Record<string, Grant>>;

/** Every row and field, for every role that is named. */
export const everything = (...roles: string[]): Policy => Object.fromEntries(roles.map((role) => [role, {}]));

/** No row and no field, for any role: a resource that is declared and not yet opened. */
export const nobody: Policy = Object.freeze({});

/** Whose policy it is: a resource, of which the model says what type the subject has. */
export interface Guarded {
  readonly model: string;
  readonly policy: Policy;
}

export interface ViewersGrant extends Grant {
  /** The subject is a value of no field that it is compared with, so the grant is of no rows. */
  readonly isNobody?: true;
}

/** What is granted to the viewer, with the subject put in; `undefined` if nothing is. */
export function grantFor(dataModel: DataModel, { model, policy }: Guarded, viewer: Viewer): ViewersGrant | undefined {
  const grant = Object.hasOwn(policy, viewer.role) ? policy[viewer.role] : undefined;
  if (!grant?.rows || !dependsOnSubject(grant)) return grant;
  let isSomebody = true;
  const valueFor: ValueFor = (field) => {
    const value = viewer.subject === undefined ? undefined : subjectAs(dataModel, field, viewer.subject);
    isSomebody &&= value !== undefined;
    return value ?? anySubject(field);
  };
  const rows = rowsWith(dataModel, { model, rows: grant.rows }, valueFor);
  return isSomebody ? { ...grant, rows } : { ...grant, rows: noRows(dataModel.models[model]!), isNobody: true };
}

/** A field that a policy compares with the subject, though nobody can be named by its type. */
export class UnfitSubjectError extends Error {
  override readonly name = 'UnfitSubjectError';
}

/** What is granted to a role, whoever asks: for a look at it before anybody does. @throws {UnfitSubjectError} */
export function grantForAnyone(dataModel: DataModel, { model, policy }: Guarded, role: string): Grant {
  const grant = policy[role]!;
  if (!grant.rows) return grant;
  const valueFor: ValueFor = (field) => {
    if (canNameSubject(field)) return anySubject(field);
    const type = `${field.native?.name ?? field.enum ?? field.type}${field.list ? '[]' : ''}`;
    throw new UnfitSubjectError(`SUBJECT stands for "${field.name}", but no subject is named by a ${type}`);
  };
  const rows = rowsWith(dataModel, { model, rows: grant.rows }, valueFor);
  if (mentionsSubject(rows)) throw new UnfitSubjectError('SUBJECT stands for what is no field');
  return { ...grant, rows };
}

const rowsWith = (dataModel: DataModel, { model, rows }: { model: string; rows: RowCondition }, valueFor: ValueFor) =>
  new SubjectInsertion(dataModel, valueFor).into(dataModel.models[model]!, rows) as RowCondition;

/** Whether two viewers of a role may see different things, so that a cached response is one viewer's alone. */
export const dependsOnSubject = (grant: Grant): boolean => mentionsSubject(grant.rows);

function mentionsSubject(value: unknown): boolean {
  if (value === SUBJECT) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(mentionsSubject);
}
