/** Processes share entries in Redis only if their resources are the same, whatever the constants of their policies are. */
import { SUBJECT } from 'hotpath';
import { namespacesOf, type Sharing } from 'hotpath/fastify/cache/namespaces';
import { expect, it } from 'vitest';
import { Prisma } from '../compile/zoo/generated/client.ts';

const namespaceOf = (value: unknown): string => {
  const resources = [{ name: 'post', policy: { user: { rows: { field: value } } } }] as unknown as Sharing['resources'];
  return namespacesOf({ dataModel: { models: {}, enums: {} }, resources, release: '', secret: 'secret' } as never)
    .entries;
};

it('has a namespace of its own for each constant', () => {
  const constants = [
    7,
    7n,
    '7',
    SUBJECT,
    null,
    true,
    Prisma.DbNull,
    Prisma.JsonNull,
    Prisma.AnyNull,
    [7],
    { in: [7] },
    new Date(7),
  ];
  const namespaces = constants.map(namespaceOf);
  expect(new Set(namespaces).size).toBe(constants.length);
  expect(constants.map(namespaceOf)).toEqual(namespaces);
});
