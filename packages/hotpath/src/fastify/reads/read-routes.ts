/**
 * Read routes: `app.item` answers with one row of a resource and `app.list` with a page of rows, each with one
 * statement. The JSON goes unchanged to the socket, and into the cache if the route has a policy.
 */
import type { FastifyInstance } from 'fastify';
import { mustBeWatched } from '../../freshness/watched.ts';
import { itemFields, listFields, type PathFields, pathReader } from '../../resource/route-place.ts';
import type { Selection } from '../../resource/selection.ts';
import { UNCOMPRESSED } from '../route-config.ts';
import { CachedRead, plainRead } from './read.ts';
import { itemKind, listKind, type ReadKind } from './read-kinds.ts';
import type { ReadRoute } from './read-route.ts';
import { ReadSteps } from './read-steps.ts';
import type { ServedRead } from './served-reads.ts';

/** Gives a server its two kinds of read routes. */
export function addReadRoutes(app: FastifyInstance): void {
  app.decorate('item', function item(this: FastifyInstance, path: string, route: ReadRoute) {
    const where = itemFields(this.hotpath.resources, { ...route, path: this.prefix + path });
    addRoute(this, path, { ...route, where, kind: 'item' }, itemKind);
  });
  app.decorate('list', function list(this: FastifyInstance, path: string, route: ReadRoute) {
    const { resources } = this.hotpath;
    resources.mustHavePages(route.resource);
    const where = listFields(resources, { ...route, path: this.prefix + path });
    addRoute(this, path, { ...route, where, kind: 'list' }, listKind);
  });
}

type DeclaredRead = ServedRead['read'] & { readonly where: PathFields };

function addRoute<S extends Selection>(
  app: FastifyInstance,
  path: string,
  declared: DeclaredRead,
  kind: ReadKind<S>,
): void {
  const { hotpath } = app;
  const { budget, resource, guard, cache, where } = declared;
  const config = { budget, read: declared };
  const steps = new ReadSteps(hotpath, {
    ...{ kind, resource, fixed: pathReader(hotpath.resources, resource, where) },
    ...(guard && { guard }),
  });
  if (!cache) {
    app.get(path, { config }, plainRead(hotpath, steps));
    return;
  }
  mustKeepFresh(app, declared);
  const { recall, handle } = new CachedRead(hotpath, steps, cache);
  app.get(path, { config: { ...config, ownDeadline: true }, ...UNCOMPRESSED, onRequest: recall }, handle);
}

/** @throws {DeclarationError} if a cached route fixes a field whose changes are not logged. */
function mustKeepFresh({ hotpath }: FastifyInstance, { resource, where }: DeclaredRead): void {
  const model = hotpath.resources.dataModel.models[resource.model]!;
  const fixed = Object.keys(where).map((name) => ({ model, field: model.fields[name]! }));
  mustBeWatched(hotpath.watched, resource, fixed);
}
