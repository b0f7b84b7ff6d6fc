/**
 * The types that a team relies on. `npm run types` checks this file; nothing runs it. Each `@ts-expect-error` fails the check
 * if the library starts to accept what it must refuse.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { everything, nobody, type Resource, requestError, resources, SUBJECT } from 'hotpath';
import { budgets } from 'hotpath/budget';
import {
  changeRow,
  createOnce,
  type GivenViewer,
  type HotpathOptions,
  hotpath,
  sendChanged,
  type ViewerOf,
} from 'hotpath/fastify';
import { enqueue, type Job, jobs, task } from 'hotpath/jobs';
import type { DataModel } from 'hotpath/model';
import { compiledReads } from 'hotpath/prisma';
import { constantStatements, policies } from 'hotpath/testing';
import type pg from 'pg';
import { expectTypeOf } from 'vitest';
import type { Prisma, PrismaClient } from '../compile/zoo/generated/client.ts';

declare const app: FastifyInstance;
declare const request: FastifyRequest;
declare const reply: FastifyReply;
declare const prisma: PrismaClient;
/** Of the type that this repository registers (`interface Register`). */
declare const client: HotpathOptions['prisma'];
declare const pool: pg.Pool;
declare const model: DataModel;

const resource = resources<Prisma.TypeMap>();
const animal = {
  name: 'animal',
  fields: ['id', 'name'],
  defaultFields: 'id,name',
  sort: 'id',
  policy: everything('public'),
} as const;

// Resources: every name is one of the model.
expectTypeOf(resource('Animal', animal)).toExtend<Resource>();
resource('Animal', { ...animal, filters: { name: ['contains', 'equals'], nickname: ['isNull'] }, sorts: ['name'] });
resource('Animal', { ...animal, policy: { keeper: { rows: { name: SUBJECT } }, vet: {} } });
resource('Animal', { ...animal, policy: nobody });
// @ts-expect-error: no such model
resource('Dragon', animal);
// @ts-expect-error: no such field
resource('Animal', { ...animal, fields: ['id', 'wings'] });
// @ts-expect-error: no such operator
resource('Animal', { ...animal, filters: { name: ['sounds'] } });
// @ts-expect-error: no such field to sort by
resource('Animal', { ...animal, sorts: ['wings'] });
// @ts-expect-error: a policy compares fields of the model
resource('Animal', { ...animal, policy: { keeper: { rows: { wings: SUBJECT } } } });
// @ts-expect-error: no resource without a policy
resource('Animal', { name: 'animal', fields: ['id'], defaultFields: 'id', sort: 'id' });

// Compiled reads: Prisma's arguments in, JSON text out.
const extended = prisma.$extends(compiledReads({ model, pool }));
expectTypeOf(extended.animal.jsonMany({ select: { name: true }, take: 1 })).resolves.toEqualTypeOf<string>();
expectTypeOf(extended.animal.json({ where: { id: 1n } })).resolves.toEqualTypeOf<string | null>();
// @ts-expect-error: no such field
extended.animal.jsonMany({ select: { wings: true } });
// @ts-expect-error: a bigint is wanted
extended.animal.json({ where: { id: 'one' } });

// The plugins.
app.register(budgets, { pool, mode: 'throw' });
app.register(budgets, { pool: [pool, pool], mode: 'warn', default: 3 });
// @ts-expect-error: no such mode
app.register(budgets, { pool, mode: 'shout' });
// @ts-expect-error: the mode has no default
app.register(budgets, { pool });
app.register(hotpath, { prisma: client, pool, model, resources: [], secret: '' });
app.register(hotpath, { prisma: client, pool: 'postgresql://localhost/zoo', model, resources: [], secret: '' });
// @ts-expect-error: cursors are signed
app.register(hotpath, { prisma: client, pool, model, resources: [] });
expectTypeOf<HotpathOptions>().toHaveProperty('viewer');

// The viewer: an id of any type, the public, or a promise of these.
expectTypeOf<{ subject: number; role: string }>().toExtend<GivenViewer>();
expectTypeOf<{ subject: bigint }>().toExtend<GivenViewer>();
expectTypeOf<() => undefined>().toExtend<ViewerOf>();
expectTypeOf<() => Promise<{ subject: string }>>().toExtend<ViewerOf>();
expectTypeOf<{ subject: Date }>().not.toExtend<GivenViewer>();

// Routes declare a budget.
const zoo = resource('Animal', animal);
app.list('/animals', { resource: zoo, budget: 1, cache: { ttl: 60 } });
app.item('/animals/:id', { resource: zoo, budget: 1 });
// @ts-expect-error: a route without a budget
app.list('/animals', { resource: zoo });
// @ts-expect-error: a cache policy without a ttl
app.list('/animals', { resource: zoo, budget: 1, cache: {} });

// Writes.
createOnce(reply, async () => ({ resource: zoo, where: { id: 1 }, location: '/animals/1' }));
createOnce(reply, async () => ({ status: 201, data: { id: 1 } }));
// @ts-expect-error: a created row has a location
createOnce(reply, async () => ({ resource: zoo, where: { id: 1 } }));
sendChanged(reply, { resource: zoo, where: { id: 1 }, changed: true });
changeRow(reply, { resource: zoo, where: { id: 1 } }, async () => ({ count: 1 }));
// @ts-expect-error: a change reports how many rows it changed
changeRow(reply, { resource: zoo, where: { id: 1 } }, async () => ({ id: 1 }));
expectTypeOf(requestError('notFound', 'There is no such animal.')).toExtend<Error>();
// @ts-expect-error: an error that the registry does not know
requestError('tooFurry', 'The animal is too furry.');

// Jobs: a task has the payload of its job.
const job = jobs<{ readonly pool: pg.Pool }>();
const feed = job<{ animalId: string }>({
  name: 'animals.feed',
  attempts: 3,
  timeoutMs: 1000,
  async run(payload, means) {
    expectTypeOf(payload).toEqualTypeOf<{ animalId: string }>();
    expectTypeOf(means.pool).toEqualTypeOf<pg.Pool>();
    expectTypeOf(means.signal).toEqualTypeOf<AbortSignal>();
  },
});
expectTypeOf(feed).toExtend<Job<{ readonly pool: pg.Pool }, { animalId: string }>>();
prisma.$transaction((tx) => enqueue(tx, task(feed, { animalId: '1' })));
// @ts-expect-error: another payload
task(feed, { animalId: 1 });

// Proofs.
constantStatements({ app, as: { public: {}, keeper: { authorization: 'Bearer …' } } });
// @ts-expect-error: a proof needs the server
policies({ as: { public: {} } });

// The request knows its viewer.
expectTypeOf(request.viewer.role).toEqualTypeOf<string>();
expectTypeOf(request.viewer.subject).toEqualTypeOf<string | undefined>();
