/** Chains of relations from a resource, as a viewer may embed them: `comments(author(id))`. */
import type { Askable } from '../resource/askable.ts';

/** The relations of the chain, and a field of the resource at its end. */
export interface Chain {
  readonly relations: readonly string[];
  readonly leaf: string | undefined;
}

export function chainsOf(askable: Askable, depth: number): Chain[] {
  if (depth === 0) return [];
  return askable.relations.flatMap((relation) => {
    const target = askable.behind(relation)!;
    const inner = chainsOf(target, depth - 1).map(({ relations, leaf }) => ({
      relations: [relation, ...relations],
      leaf,
    }));
    return [{ relations: [relation], leaf: target.fields[0] }, ...inner];
  });
}

/** The chain in the form of `fields`; without a leaf the resource's own default fields. */
export function fieldsOf({ relations, leaf }: Chain): string {
  return relations.reduceRight((inside, name) => (inside === '' ? name : `${name}(${inside})`), leaf ?? '');
}
