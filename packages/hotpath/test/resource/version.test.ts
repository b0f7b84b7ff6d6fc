import type { ScalarField } from 'hotpath/model/data-model';
import { everything } from 'hotpath/resource/policy';
import { DeclarationError, Registry } from 'hotpath/resource/registry';
import { isVersionOfPrisma, versionFault, versionsFor } from 'hotpath/resource/version';
import { describe, expect, it } from 'vitest';
import { datamodel } from '../../../../prisma/generated/datamodel.ts';
import { modules } from '../../../../src/domain/index.ts';
import { zooDataModel, zooResource } from '../../../../test/support/zoo.ts';

const scalar = (more: Partial<ScalarField>): ScalarField => ({
  kind: 'scalar',
  name: 'edition',
  column: 'edition',
  type: 'Int',
  list: false,
  required: true,
  ...more,
});
const time = (native?: string, ...args: string[]) =>
  scalar({ type: 'DateTime', ...(native && { native: { name: native, args } }) });

describe('a version', () => {
  it.each([
    ['Int', scalar({}), true],
    ['SmallInt', scalar({ native: { name: 'SmallInt', args: [] } }), true],
    ['BigInt', scalar({ type: 'BigInt' }), true],
    ['DateTime', time(), true],
    ['Timestamp(3)', time('Timestamp', '3'), true],
    ['Timestamptz(3)', time('Timestamptz', '3'), true],
    ['Timestamp', time('Timestamp'), false],
    ['Timestamptz(6)', time('Timestamptz', '6'), false],
    ['Timestamptz(4)', time('Timestamptz', '4'), false],
  ])('can be of the type %s', (_type, field, isOfPrisma) => {
    expect(versionFault(field)).toBeUndefined();
    expect(isVersionOfPrisma(field)).toBe(isOfPrisma);
  });

  it.each([
    ['a list', scalar({ list: true }), 'which is a list'],
    ['a field that can be null', scalar({ required: false }), 'which can be null'],
    ['Date', time('Date'), 'which is not a moment but a date or a time of day'],
    ['Time', time('Time', '6'), 'which is not a moment but a date or a time of day'],
    ['Timetz', time('Timetz', '6'), 'which is not a moment but a date or a time of day'],
    ['Timestamptz(0)', time('Timestamptz', '0'), 'whose times are coarser than milliseconds'],
    ...(['String', 'Boolean', 'Float', 'Decimal', 'Json', 'Bytes', 'Enum'] as const).map((type) => {
      return [type, scalar({ type }), 'which is neither an integer nor a time'] as const;
    }),
  ] as [string, ScalarField, string][])('cannot be of %s', (_type, field, fault) => {
    expect(versionFault(field)).toBe(fault);
  });
});

describe('versions of a condition', () => {
  const among = ['7', '-7', '2147483648', '9223372036854775807', '9223372036854775808', '1767225600123000', '1'];

  it.each([
    ['Int', scalar({}), [7, -7, 1]],
    ['BigInt', scalar({ type: 'BigInt' }), [7n, -7n, 2147483648n, 9223372036854775807n, 1767225600123000n, 1n]],
    ['DateTime', time(), [new Date('2026-01-01T00:00:00.123Z')]],
  ])('are those that a field of the type %s can have', (_type, field, versions) => {
    expect(versionsFor(zooDataModel, field, among)).toEqual(versions);
  });

  it('are times of the years that Prisma can write', () => {
    const edges = ['-62135596800000000', '-62135596800001000', '253402300799999000', '253402300800000000'];
    expect(versionsFor(zooDataModel, time(), edges)).toEqual([
      new Date('0001-01-01T00:00:00.000Z'),
      new Date('9999-12-31T23:59:59.999Z'),
    ]);
  });
});

describe('a declaration', () => {
  const policy = everything('public');
  const rest = { name: 'member', fields: ['nick'], defaultFields: 'nick', sort: 'user_Id', policy } as const;
  const declare = (version: string) => {
    new Registry(zooDataModel).add({ ...zooResource('Member', rest), version });
  };

  it('accepts a field of any name, and refuses one that cannot count writes', () => {
    declare('Edition');
    declare('touched');
    for (const [version, complaint] of [
      ['version', 'has "version" as its version, which is neither an integer nor a time'],
      ['nick', 'has "nick" as its version, which can be null'],
      ['times written', 'names the field "times written", which Member does not have'],
      ['constructor', 'names the field "constructor", which Member does not have'],
    ] as const) {
      expect(() => declare(version)).toThrow(new DeclarationError('member', complaint));
    }
  });

  it('does not compile with a field that cannot count writes', () => {
    zooResource('Member', { ...rest, version: 'Edition' });
    zooResource('Member', { ...rest, version: 'changed' });
    // @ts-expect-error: a text
    zooResource('Member', { ...rest, version: 'version' });
    // @ts-expect-error: no such field
    zooResource('Member', { ...rest, version: 'edition' });
    // @ts-expect-error: it can be null
    zooResource('Animal', { ...rest, fields: ['id'], version: 'number' });
    expect(rest).not.toHaveProperty('version');
  });

  it('of the marketplace names the column that counts the writes, if there is one', () => {
    for (const { model, version } of modules.flatMap(({ resources }) => resources)) {
      expect([model, version]).toEqual([model, datamodel.models[model]!.fields['version'] ? 'version' : undefined]);
    }
  });
});
