/** Long values take time that grows with their length and no faster: minutes, if it grew with the square of it. */
import { at } from 'hotpath/compile/error';
import { encode } from 'hotpath/compile/plan/value';
import { withoutTrailing } from 'hotpath/compile/rows/values/trailing';
import { defineDataModel, type ScalarField } from 'hotpath/model/data-model';
import { describe, expect, it } from 'vitest';

const path = at(undefined, 'price');
const LENGTH = 1_000_000;
const digits = '1'.repeat(LENGTH);
const dataModel = defineDataModel({ models: {}, enums: {} });
const decimal: ScalarField = {
  ...{ kind: 'scalar', name: 'price', column: 'price', type: 'Decimal', list: false, required: true },
};
const money: ScalarField = { ...decimal, native: { name: 'Money', args: [] } };

describe('a decimal number', () => {
  it.each([`${digits}x`, `${digits}.${digits}x`, '1.2.3', '.', 'e5'])('is none: %#', (text) => {
    expect(() => encode(dataModel, decimal, text, path)).toThrow(/is not a value of type Decimal/);
  });

  it.each([digits, `${digits}.`, `-.${digits}`, '+1.5e-7'])('is one: %#', (text) => {
    expect(encode(dataModel, decimal, text, path)).toBe(text);
  });

  it.each([`${digits}e5`, '1e999', '92233720368547758.075'])('is too large for money: %#', (text) => {
    expect(() => encode(dataModel, money, text, path)).toThrow(/is not a value of type Decimal \(Money\)/);
  });
});

it.each([
  ['1000', '1'],
  ['0001', '0001'],
  ['000', ''],
  ['', ''],
  [`1${'0'.repeat(LENGTH)}1`, `1${'0'.repeat(LENGTH)}1`],
])('has no zeros at its end: %#', (text, expected) => {
  expect(withoutTrailing(text, '0')).toBe(expected);
});
