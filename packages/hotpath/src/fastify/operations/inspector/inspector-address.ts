/** Where the inspector is, and the line of the log that says so. */
import type { FastifyInstance } from 'fastify';
import type { InspectorAccess } from './access.ts';

/** Where the page is. */
export const INSPECTOR_PATH = '/_hotpath';

/** The token stands behind `#`, so that it is sent to no server, and stands in no log of one. */
export function printAddress(app: FastifyInstance, { token, isMade }: InspectorAccess, sentence: string): void {
  if (!isMade) return;
  app.addHook('onListen', async () => {
    const address = app.listeningOrigin;
    app.log.info(`${sentence} ${address}${INSPECTOR_PATH}#token=${token}`);
  });
}
