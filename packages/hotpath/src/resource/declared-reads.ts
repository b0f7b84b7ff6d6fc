/**
 * The reads that the declarations allow, compiled once at the start: everything that each role may ask of a resource.
 */
import { createCompiler } from '../compile/compile.ts';
import { CompileError } from '../compile/error.ts';
import type { ReadRequest } from '../compile/plan/read.ts';
import { type Grant, grantForAnyone, UnfitSubjectError } from './policy.ts';
import { DeclarationError, type Registry } from './registry.ts';
import type { Resource } from './resource.ts';
import { orderByOf, parseSort } from './sort.ts';

/** @throws {DeclarationError} for a resource whose Prisma conditions its model does not have. */
export function checkReads(registry: Registry): void {
  const compiler = createCompiler({ dataModel: registry.dataModel });
  for (const resource of registry.all()) {
    try {
      for (const request of readsOf(registry, resource)) compiler.compile(request);
    } catch (error) {
      if (error instanceof UnfitSubjectError)
        throw new DeclarationError(resource.name, `has a policy in which ${error.message}`);
      if (!(error instanceof CompileError)) throw error;
      throw new DeclarationError(resource.name, `cannot be read: ${error.message.replace(/\.$/, '')}`);
    }
  }
}

function* readsOf(registry: Registry, resource: Resource): Generator<ReadRequest> {
  for (const role of Object.keys(resource.policy)) {
    const grant = grantForAnyone(registry.dataModel, resource, role);
    yield { model: resource.model, action: 'findMany', args: argumentsOf(registry, resource, grant) };
  }
}

function argumentsOf(registry: Registry, resource: Resource, { rows = {} }: Grant): object {
  const fields = resource.fields.map((name) => [name, true]);
  const relations = Object.keys(resource.relations).map((name) => [name, embedded(registry, resource, name)]);
  return {
    select: Object.fromEntries([...fields, ...relations]),
    computed: resource.computed,
    where: rows,
    orderBy: orderByOf(parseSort(registry, resource, resource.sort)),
  };
}

function embedded(registry: Registry, resource: Resource, name: string): object {
  const target = registry.target(resource, name);
  const { where = {}, sort = target.sort } = resource.relations[name]!;
  const select = Object.fromEntries(target.fields.slice(0, 1).map((field) => [field, true]));
  const shown = target.fields.length > 0 ? { select, where } : { where };
  if (!registry.relation(resource, name).list) return shown;
  return { ...shown, orderBy: orderByOf(parseSort(registry, target, sort)), take: 1 };
}
