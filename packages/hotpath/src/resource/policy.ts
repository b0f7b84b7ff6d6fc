/**
 * The policy of a resource: the rows and fields that a viewer may see, as data by role. The library adds it to every
 * selection before it compiles anything, at the root and wherever the resource is embedded, so no request can bypass
 * it.
 *
 * `SUBJECT` stands for the viewer in a condition: `{ rows: { userId: SUBJECT } }` means the viewer's own rows. A role
 * that the policy does not name sees nothing.
 */
import { isObject } from '../compile/plan/arguments.ts';
import type { DataModel } from '../model/data-model.ts';
import { noRows } from './no-rows.ts';
import { anySubject, canNameSubject, SUBJECT, SubjectInsertion, subjectAs, type ValueFor } from './subject.ts';
import type { Viewer } from './viewer.ts';

export { SUBJECT } from './subject.ts';

/** A condition in the shape of Prisma's `where`, with `SUBJECT` for the viewer's own id. */
export type RowCondition = { readonly [key: string]: unknown };

/** The rows and fields of a resource that one role may see. */
export interface Grant {
  /** The rows that the role may see; all of them without it. */
  readonly rows?: RowCondition;
  /** Declared fields and relations that the role may not see, as if they were not declared; none without it. */
  readonly without?: readonly string[];
}

/** The rows and fields that each role may see. `public` is a viewer without a token. */
export type Policy = Readonly<Record<string, Grant>>;

/** Every row and field, for each of the roles. */
export const everything = (...roles: string[]): Policy => Object.fromEntries(roles.map((role) => [role, {}]));

/** No row and no field, for any role: a resource that is declared and not yet opened. */
export const nobody: Policy = Object.freeze({});

/** A resource with its policy; the type of the subject follows from its model. */
export interface Guarded {
  readonly model: string;
  readonly policy: Policy;
}

export interface ViewersGrant extends Grant {
  /** The subject cannot be a value of the compared fields, so the grant has no rows. */
  readonly isNobody?: true;
}

/** The grant of the viewer, with its subject inserted; `undefined` if the policy grants nothing. */
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

/** A policy compares a field with the subject, but no subject can have the field's type. */
export class UnfitSubjectError extends Error {
  override readonly name = 'UnfitSubjectError';
}

/** The grant of a role with any subject, to check the policy at the start. @throws {UnfitSubjectError} */
export function grantForAnyone(dataModel: DataModel, { model, policy }: Guarded, role: string): Grant {
  const grant = policy[role]!;
  if (!grant.rows) return grant;
  const valueFor: ValueFor = (field) => {
    if (canNameSubject(field)) return anySubject(field);
    const type = `${field.native?.name ?? field.enum ?? field.type}${field.list ? '[]' : ''}`;
    throw new UnfitSubjectError(`SUBJECT stands for "${field.name}", but no subject can be a ${type}`);
  };
  const rows = rowsWith(dataModel, { model, rows: grant.rows }, valueFor);
  if (mentionsSubject(rows)) throw new UnfitSubjectError('SUBJECT stands for a name that is not a field');
  return { ...grant, rows };
}

const rowsWith = (dataModel: DataModel, { model, rows }: { model: string; rows: RowCondition }, valueFor: ValueFor) =>
  new SubjectInsertion(dataModel, valueFor).into(dataModel.models[model]!, rows) as RowCondition;

/** Whether two viewers of a role may see different rows, so that a cached response belongs to one viewer. */
export const dependsOnSubject = (grant: Grant): boolean => mentionsSubject(grant.rows);

function mentionsSubject(value: unknown): boolean {
  if (value === SUBJECT) return true;
  return (Array.isArray(value) || isObject(value)) && Object.values(value).some(mentionsSubject);
}
