/** The list whose members leave: the same members in the same order as an array's, after any changes. */
import fc from 'fast-check';
import { type Link, LinkedList } from 'hotpath/collections/linked-list';
import { expect, it } from 'vitest';

/** A place removes the member that came at it, whether it is there or has left already. */
const changes = fc.array(fc.oneof(fc.constant('add'), fc.nat({ max: 30 })), { maxLength: 60 });

it('has what came and has not left, the oldest first', () => {
  const check = (drawn: readonly (string | number)[]) => {
    const list = new LinkedList<number>();
    const links: Link<number>[] = [];
    let there: Link<number>[] = [];
    for (const [index, change] of drawn.entries()) {
      if (typeof change === 'string') {
        const link = list.add(index);
        links.push(link);
        there.push(link);
      } else if (change < links.length) {
        const gone = links[change]!;
        list.remove(gone);
        there = there.filter((link) => link !== gone);
      }
      expect(list.all()).toEqual(there.map(({ value }) => value));
      expect([list.size, list.oldest]).toEqual([there.length, there[0]]);
    }
  };
  fc.assert(fc.property(changes, check));
});
