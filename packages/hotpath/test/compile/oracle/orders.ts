/** Orders drawn from a data model: by fields, through to-one relations, by counts of lists. */
import type { Model } from 'hotpath/model/data-model';
import { once, pick, some } from './draw.ts';
import { isOrderable, scalarsOf } from './keys.ts';
import { type Args, modelOf, relationsOf, type Source } from './source.ts';

/** The order ends in a key of the model, so that it is total. */
export function drawOrder(source: Source, model: Model, key: readonly string[]): Args[] {
  const { draw } = source;
  const keys = some(draw, [0, 1], 2)
    .map(() => drawOrderKey(source, model, 2))
    .filter((each) => each !== undefined);
  const direction = pick(draw, ['asc', 'desc']);
  return [...keys, ...key.map((name) => ({ [name]: direction }))];
}

/** `undefined` for a model without a field that an order may use. */
function drawOrderKey(source: Source, model: Model, depth: number): Args | undefined {
  const { draw } = source;
  const direction = pick(draw, ['asc', 'desc']);
  const scalars = scalarsOf(model).filter(isOrderable);
  const related = depth > 0 && once(draw, 3) ? relationsOf(model) : [];
  const candidates = [...scalars, ...related];
  if (candidates.length === 0) return undefined;
  const field = pick(draw, candidates);
  if (field.kind === 'relation') {
    const inner = field.list ? { _count: direction } : drawOrderKey(source, modelOf(source, field), depth - 1);
    return inner && { [field.name]: inner };
  }
  if (field.required || field.list || once(draw, 2)) return { [field.name]: direction };
  return { [field.name]: { sort: direction, nulls: pick(draw, ['first', 'last']) } };
}
