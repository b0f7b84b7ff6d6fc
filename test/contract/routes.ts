/** The routes of the service, as it registers them: whatever is added is found. */
import type { RouteOptions } from 'fastify';
import type { App } from '../../src/app.ts';
import type { ReadRoute } from '../../src/plugins/reads.ts';

export interface FoundRoute {
  readonly url: string;
  readonly budget: number;
  readonly read: (ReadRoute & { readonly kind: 'item' | 'list' }) | undefined;
}

/** To be called before the service is ready; the list fills as routes register. Those of the documentation are none. */
export function collectRoutes(app: App): FoundRoute[] {
  const found: FoundRoute[] = [];
  app.addHook('onRoute', ({ method, url, config, schema }: RouteOptions) => {
    if (method === 'GET' && !schema?.hide)
      found.push({ url, budget: config?.budget ?? Number.NaN, read: config?.read });
  });
  return found;
}

/** The route's path with 1 for every parameter: the row that has the children. */
export const pathOfFirst = (url: string): string => url.replace(/:\w+/g, '1');
