/**
 * Which rows of a list: `take`, `skip`, `distinct`.
 *
 * `take` is part of the plan, so of the statement's text: with a parameter in its place PostgreSQL's generic plan
 * guesses that a tenth of the rows is wanted, and sorts what an index would have given in order. `skip` is bound.
 */
import type { Model } from '../../model/data-model.ts';
import { at, type Path, refuse } from '../error.ts';
import { type Arguments, bind, describe, type Planner, refuseUnknown, toList } from './arguments.ts';
import type { Page } from './plan.ts';

export function planPage(planner: Planner, model: Model, given: Arguments, path: Path | undefined): Page {
  const take = planTake(given['take'], at(path, 'take'));
  return {
    take: take === null ? null : Math.abs(take),
    skip: planSkip(planner, given['skip'], at(path, 'skip')),
    reverse: take !== null && take < 0,
    distinct: given['distinct'] === undefined ? null : planDistinct(model, given['distinct'], at(path, 'distinct')),
  };
}

function planTake(take: unknown, path: Path): number | null {
  if (take === undefined) return null;
  if (Number.isSafeInteger(take)) return take as number;
  return refuse(path, { code: 'INVALID_VALUE', message: `Expected an integer, not ${describe(take)}` });
}

function planSkip(planner: Planner, skip: unknown, path: Path): number | null {
  if (skip === undefined) return null;
  if (Number.isSafeInteger(skip) && (skip as number) >= 0) return bind(planner, skip);
  return refuse(path, { code: 'INVALID_VALUE', message: 'Expected an integer, zero or more' });
}

function planDistinct(model: Model, distinct: unknown, path: Path): string[] {
  const scalars = Object.values(model.fields).filter((field) => field.kind === 'scalar');
  for (const name of toList(distinct)) {
    const field = scalars.find((each) => each.name === name);
    if (!field)
      refuseUnknown(
        path,
        scalars.map((each) => each.name),
      );
  }
  return [...new Set(toList(distinct) as string[])].sort();
}
