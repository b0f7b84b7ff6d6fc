/** The writes of devices. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { HOUR, requestError } from 'hotpath';
import { createOnce, KEY_STATEMENTS } from 'hotpath/fastify';
import Type from 'typebox';
import { exactly, idParams, time } from '../body.ts';
import { mustBeAdmin } from '../viewer.ts';
import { addReadings, type NewReading } from './add-readings.ts';

const MOST_READINGS = 1000;
const BATCH_BYTES = 256 * 1024;

const batch = exactly(
  {
    readings: Type.Array(
      exactly({
        timestamp: time,
        temperature: Type.Number({ minimum: -273.15, maximum: 1000 }),
        humidity: Type.Number({ minimum: 0, maximum: 100 }),
        battery: Type.Integer({ minimum: 0, maximum: 100 }),
      }),
      { minItems: 1, maxItems: MOST_READINGS },
    ),
  },
  { readings: [{ timestamp: '2026-01-31T12:00:00.000Z', temperature: -18.4, humidity: 41.5, battery: 87 }] },
);

/** For a batch: its number of readings, and the number of new ones. */
const outcome = exactly({ received: Type.Integer(), added: Type.Integer() }, { received: 1, added: 1 });

export function deviceWrites(app: FastifyInstance): void {
  app.withTypeProvider<TypeBoxTypeProvider>().post(
    '/devices/:id/readings',
    {
      schema: { params: idParams, body: batch },
      bodyLimit: BATCH_BYTES,
      config: { budget: 1 + KEY_STATEMENTS, reply: { data: outcome } },
    },
    async ({ viewer, params, body: { readings } }, reply) => {
      mustBeAdmin(viewer);
      mustBePast(readings);
      return createOnce(reply, async (tx) => {
        const added = await addReadings(tx, params.id, readings);
        if (added === undefined) throw requestError('notFound', 'There is no such device.');
        return { status: added > 0 ? 201 : 200, data: { received: readings.length, added } };
      });
    },
  );
}

/** Readings of a device with a wrong clock would stay the newest for years. */
const CLOCK_ERROR = HOUR;

function mustBePast(readings: readonly NewReading[]): void {
  const latest = Date.now() + CLOCK_ERROR;
  const place = readings.findIndex(({ timestamp }) => Date.parse(timestamp) > latest);
  if (place === -1) return;
  const [pointer, detail] = [`/readings/${place}/timestamp`, 'is more than an hour from now'];
  throw requestError('invalidRequest', `${pointer}: ${detail}`, [{ pointer, detail }]);
}
