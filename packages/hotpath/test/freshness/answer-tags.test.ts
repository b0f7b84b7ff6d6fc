/** The tags of a selection: those of its rows if it fixes a key, those of collections for the rows below, else those of tables. */
import { rootKeys, tagsOf } from 'hotpath/freshness/answer-tags';
import type { Resource } from 'hotpath/resource/resource';
import { describe, expect, it } from 'vitest';
import { type Args, animal, offer, tag, tagged, ticket, watched } from './watched-zoo.ts';

const UUID = '6f9619ff-8b86-d011-b42d-00c04fc964ff';

describe('a selection of root rows', () => {
  it.each<[object, string[]]>([
    [{}, ['animal']],
    [{ where: { id: 7n } }, ['animal:7']],
    [{ where: { id: { equals: 7 } } }, ['animal:7']],
    [{ where: { id: { in: [7, 8] } } }, ['animal:7', 'animal:8']],
    [{ where: { AND: [{ name: 'x' }, { id: 7 }] } }, ['animal:7']],
    [{ where: { AND: { id: 7 } } }, ['animal:7']],
    [{ where: { motherId: 7 } }, ['animal?motherId=7']],
    [{ where: { code: UUID } }, [`animal?code=${UUID}`]],
    [{ where: { code: { in: [UUID.toUpperCase(), UUID.replaceAll('-', '')] } } }, [`animal?code=${UUID}`]],
    [{ where: { code: 'a-b' } }, ['animal']],
    [{ where: { id: 7, motherId: 8 } }, ['animal:7']],
    [{ where: { id: { gt: 7 } } }, ['animal']],
    [{ where: { id: { not: 7 } } }, ['animal']],
    [{ where: { id: null } }, ['animal']],
    [{ where: { id: { equals: null } } }, ['animal']],
    [{ where: { id: { in: [7, null] } } }, ['animal']],
    [{ where: { OR: [{ id: 7 }] } }, ['animal']],
    [{ where: { NOT: { id: 7 } } }, ['animal']],
    [{ where: { code: { equals: 'A', mode: 'insensitive' } } }, ['animal']],
    [{ where: { name: 'x' } }, ['animal']],
    [{ where: { id: { in: [] } } }, []],
  ])('with %o has the tags %o', (args, expected) => {
    expect(tagged(animal, args)).toEqual(expected);
  });

  it('of more than 200 rows has the tag of the table', () => {
    const ids = (length: number) => ({ where: { id: { in: Array.from({ length }, (_, id) => id) } } });
    expect(tagged(animal, ids(200))).toHaveLength(200);
    expect(tagged(animal, ids(201))).toEqual(['animal']);
  });

  it('by a key of several fields has a tag for each combination', () => {
    const where = { gate: { in: ['a', 'b'] }, seat: { in: [1, 2] } };
    expect(tagged(offer, { where })).toEqual([
      'offer?gate,seat=a,1',
      'offer?gate,seat=a,2',
      'offer?gate,seat=b,1',
      'offer?gate,seat=b,2',
    ]);
    expect(tagged(offer, { where: { gate: 'a' } })).toEqual(['offer']);
    const seats = Array.from({ length: 101 }, (_, seat) => seat);
    expect(tagged(offer, { where: { gate: { in: ['a', 'b'] }, seat: { in: seats } } })).toEqual(['offer']);
  });

  it('by a key that the database compares by other rules than its bytes has the tag of its next key, or of the table', () => {
    const inexact = { ...watched, inexactFields: new Set(['animal.code']) };
    const asked = (where: Record<string, unknown>) =>
      tagsOf(inexact, { resource: animal, args: { select: {}, where } });
    expect(asked({ code: UUID })).toEqual(['animal']);
    expect(asked({ code: UUID, motherId: 7 })).toEqual(['animal?motherId=7']);
  });

  it('has the tags of the tables that a condition or an order uses behind relations', () => {
    expect(tagged(animal, { where: { id: 7, mother: { is: { nickname: 'x' } } } })).toEqual(['animal', 'animal:7']);
    expect(tagged(tag, { where: { slug: 'x' }, orderBy: [{ tickets: { _count: 'asc' } }] })).toEqual([
      'tag:x',
      'ticket',
    ]);
    expect(tagged(tag, { where: { slug: 'x', animals: { some: { id: 1 } } } })).toEqual([
      'animal',
      'public._AnimalToTag',
      'tag:x',
    ]);
    expect(tagged(animal, { where: { id: 7, computed: { value: animal.computed['meals'], equals: true } } })).toEqual([
      'animal:7',
      'feeding',
    ]);
  });
});

describe('embedded rows', () => {
  const select = (inside: object) => ({ where: { id: 7 }, select: inside });
  const rows = { select: {} };

  it('have the tag of a collection of each root row, by the key that the selection fixes or the row has', () => {
    expect(tagged(animal, select({ feedings: rows }))).toEqual(['animal:7', 'feeding?animalId=7']);
    const all = { select: { feedings: rows } };
    expect(rootKeys(watched, { resource: animal, args: all as never })).toEqual(['id']);
    expect(tagged(animal, all, [[7], [8]])).toEqual(['animal', 'feeding?animalId=7', 'feeding?animalId=8']);
    expect(tagged(animal, all)).toEqual(['animal']);
  });

  it('need the keys of root rows if the selection does not fix them to one value', () => {
    const keys = (resource: Resource, args: object) => rootKeys(watched, { resource, args: args as Args });
    expect(keys(animal, select({ feedings: rows }))).toEqual([]);
    expect(keys(animal, { where: { id: { in: [7, 8] } }, select: { feedings: rows } })).toEqual(['id']);
    expect(keys(animal, { select: { mother: rows, name: true } })).toEqual([]);
    expect(keys(ticket, { select: { offers: rows } })).toEqual(['gate', 'seat']);
    expect(keys(ticket, { where: { seat: 1 }, select: { offers: rows } })).toEqual(['gate']);
    expect(keys(animal, { select: { feedings: rows, children: rows } })).toEqual(['id']);
  });

  it('by a key of several fields have all fields in their tag', () => {
    const args = { select: { offers: rows } };
    expect(tagged(ticket, args, [['a', 1]])).toEqual(['offer?gate,seat=a,1', 'ticket']);
    expect(tagged(ticket, { ...args, where: { seat: 2 } }, [['a']])).toEqual(['offer?gate,seat=a,2', 'ticket']);
  });

  it('below a row whose key is null have no tag', () => {
    expect(tagged(ticket, { select: { offers: rows } }, [[null, 1]])).toEqual(['ticket']);
    expect(tagged(ticket, { select: { offers: rows } }, [['a', null]])).toEqual(['ticket']);
  });

  it('that are parents have the tag of their table', () => {
    expect(tagged(animal, select({ mother: rows }))).toEqual(['animal', 'animal:7']);
    expect(tagged(ticket, { where: { note: 'x' }, select: { tag: rows } })).toEqual(['tag', 'ticket?note=x']);
  });

  it('of a many-to-many relation have the tags of a collection of the join table and of the table behind it', () => {
    expect(tagged(animal, select({ tags: rows }))).toEqual(['animal:7', 'public._AnimalToTag?A=7', 'tag']);
    expect(tagged(tag, { where: { slug: 'x' }, select: { animals: rows } })).toEqual([
      'animal',
      'public._AnimalToTag?B=x',
      'tag:x',
    ]);
  });

  it('at deeper levels have the tags of their tables and of those that their conditions and orders use', () => {
    expect(tagged(animal, select({ feedings: { select: { keeper: rows } } }))).toEqual([
      'animal:7',
      'feeding?animalId=7',
      'keeper',
    ]);
    const where = { keeper: { is: { name: 'x' } } };
    expect(tagged(animal, select({ feedings: { ...rows, where } }))).toContain('keeper');
    expect(tagged(animal, select({ feedings: { ...rows, orderBy: [{ keeper: { name: 'asc' } }] } }))).toContain(
      'keeper',
    );
    const computed = { n: { aggregate: 'count', relation: 'offers' } };
    expect(tagged(tag, { where: { slug: 'x' }, select: { tickets: { ...rows, computed } } })).toEqual([
      'offer',
      'tag:x',
      'ticket?tagId=x',
    ]);
  });

  it('that are counted or compared have the tags that listed rows have', () => {
    const { meals, heavy } = animal.computed;
    expect(tagged(animal, { where: { id: 7 }, computed: { meals } })).toEqual(['animal:7', 'feeding?animalId=7']);
    expect(tagged(animal, { where: { id: 7 }, computed: { heavy } })).toEqual(['animal:7']);
    const keeperName = { compare: ['mother.name', 'gt', 'x'] };
    expect(tagged(animal, { where: { id: 7 }, computed: { keeperName } })).toEqual(['animal', 'animal:7']);
    const loud = { aggregate: 'count', relation: 'feedings', where: { keeper: { is: { name: 'x' } } } };
    expect(tagged(animal, { where: { id: 7 }, computed: { loud } })).toEqual([
      'animal:7',
      'feeding?animalId=7',
      'keeper',
    ]);
  });

  it('of a frozen select are analysed once, apart from the computed values beside it', () => {
    const frozen = Object.freeze({ feedings: rows });
    const { meals } = animal.computed;
    const count = { n: { aggregate: 'count', relation: 'samples' } };
    const asked = { where: { id: 7 }, select: frozen };
    for (let times = 0; times < 2; times += 1) {
      expect(tagged(animal, asked)).toEqual(['animal:7', 'feeding?animalId=7']);
      expect(tagged(animal, { ...asked, computed: count })).toEqual([
        'animal:7',
        'feeding?animalId=7',
        'sample?animalId=7',
      ]);
      expect(tagged(animal, { ...asked, computed: { meals } })).toEqual(['animal:7', 'feeding?animalId=7']);
    }
    const open: Record<string, object> = { feedings: rows };
    expect(tagged(animal, { where: { id: 7 }, select: open })).toEqual(['animal:7', 'feeding?animalId=7']);
    open['children'] = rows;
    expect(tagged(animal, { where: { id: 7 }, select: open })).toContain('animal?motherId=7');
  });
});
