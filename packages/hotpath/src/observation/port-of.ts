/** The port of a Fastify server: whichever plugin asks first makes it. */
import type { FastifyInstance } from 'fastify';
import { ObservationPort } from './observation-port.ts';

const PORT = Symbol('hotpath/observation port');

/** The same for every plugin that is registered in the scope, or in one within it. */
export function portOf(app: FastifyInstance): ObservationPort {
  if (!app.hasDecorator(PORT)) app.decorate(PORT, new ObservationPort());
  return app.getDecorator<ObservationPort>(PORT);
}
