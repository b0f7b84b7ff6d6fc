/** The generator: what it makes of a schema unlike ours, as far as the oracle cannot see it. */
import { describe, expect, it } from 'vitest';
import type { RelationField } from '../../../src/engine/compile/data-model.ts';
import { datamodel } from './zoo/generated/datamodel.ts';

const { models, enums } = datamodel;
const relation = (model: string, field: string) => models[model]!.fields[field] as RelationField;

describe('the generated data model', () => {
  it('has the names of the database', () => {
    expect(models['House']).toMatchObject({
      schema: 'public',
      table: 'House of animals',
      primaryKey: ['country', 'number'],
    });
    expect(models['House']!.fields['number']).toMatchObject({ column: 'house number', type: 'Int', required: true });
    expect(enums['Diet']!.values).toMatchObject({ leaves: 'Eats leaves', anything: 'anything' });
  });

  it('knows every key by the name that findUnique takes', () => {
    expect(models['House']!.uniques).toEqual({
      country_number: ['country', 'number'],
      twinCountry_twinNumber: ['twinCountry', 'twinNumber'],
      titleAndOpen: ['title', 'open'],
    });
    expect(models['Stamp']!.uniques).toEqual({ place: ['passportId', 'page'] });
    expect(models['Ticket']).toMatchObject({
      primaryKey: [],
      uniques: { note: ['note'], gate_seat: ['gate', 'seat'] },
    });
  });

  it('sees a relation from both its sides', () => {
    const key = { from: ['country', 'number'], to: ['country', 'number'] };
    expect(relation('Animal', 'house')).toMatchObject({
      ...key,
      model: 'House',
      back: 'residents',
      holdsKey: true,
      list: false,
    });
    expect(relation('House', 'residents')).toMatchObject({
      ...key,
      model: 'Animal',
      back: 'house',
      holdsKey: false,
      list: true,
    });
    expect(relation('Animal', 'mother')).toMatchObject({ from: ['motherId'], to: ['id'], back: 'children' });
    expect(relation('Animal', 'children')).toMatchObject({ from: ['id'], to: ['motherId'], back: 'mother' });
  });

  it('finds the join table of an implicit many-to-many relation', () => {
    const through = { schema: 'public', table: '_Likes' };
    expect(relation('Animal', 'likedBy').through).toEqual({ ...through, from: 'A', to: 'B' });
    expect(relation('Animal', 'likes').through).toEqual({ ...through, from: 'B', to: 'A' });
    expect(relation('Keeper', 'tags').through).toMatchObject({ table: '_keeper tags', from: 'A', to: 'B' });
  });

  it('is frozen', () => {
    expect(Object.isFrozen(relation('Animal', 'likes').through)).toBe(true);
  });
});
