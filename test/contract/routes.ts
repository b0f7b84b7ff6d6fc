/** The routes of the service, as it registers them, so that tests find every new route. */
import type { RouteOptions } from 'fastify';
import type { ReadRoute } from 'hotpath/fastify';
import { datamodel } from '#datamodel';
import type { App } from '../../src/app.ts';

export interface FoundRoute {
  readonly url: string;
  readonly budget: number;
  readonly read: (ReadRoute & { readonly kind: 'item' | 'list' }) | undefined;
}

/** Call it before the service is ready; the list grows as routes register. It leaves out the routes of the documentation. */
export function collectRoutes(app: App): FoundRoute[] {
  const found: FoundRoute[] = [];
  app.addHook('onRoute', ({ method, url, config, schema }: RouteOptions) => {
    if (method === 'GET' && !schema?.hide)
      found.push({ url, budget: config?.budget ?? Number.NaN, read: config?.read });
  });
  return found;
}

/** The route's path with 1 for every parameter, or with a UUID if the field is one: the row that has the children. */
export function pathOfFirst({ url, read }: Pick<FoundRoute, 'url' | 'read'>): string {
  const fields = read ? datamodel.models[read.resource.model]!.fields : {};
  const uuids = Object.entries(read?.where ?? {}).filter(([name]) => {
    const field = fields[name];
    return field?.kind === 'scalar' && field.native?.name === 'Uuid';
  });
  const parameters = new Set(uuids.map(([, parameter]) => parameter));
  return url.replace(/:(\w+)/g, (_, name: string) => (parameters.has(name) ? FIRST_UUID : '1'));
}

/** The same as parameters, by the URL of each route. */
export const paramsOfFirst = (routes: readonly FoundRoute[]): Record<string, Record<string, string>> =>
  Object.fromEntries(routes.map((route) => [route.url, paramsIn(route)]));

function paramsIn(route: FoundRoute): Record<string, string> {
  const values = pathOfFirst(route).split('/');
  const parts = route.url.split('/').map((part, index) => [part, values[index]!] as const);
  return Object.fromEntries(parts.filter(([part]) => part[0] === ':').map(([part, value]) => [part.slice(1), value]));
}

const FIRST_UUID = '00000000-0000-0000-0000-000000000001';
