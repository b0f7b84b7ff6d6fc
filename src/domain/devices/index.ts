/** Devices: the sensors of the merchants' cold stores, and their readings. */
import type { DomainModule } from '../module.ts';
import { deviceLists, readings } from './cache.ts';
import { foldReadings } from './jobs.ts';
import { device, reading, readingHourly } from './resource.ts';
import { deviceWrites } from './routes.ts';

export { device };

export const devices: DomainModule = {
  name: 'devices',
  resources: [device, reading, readingHourly],
  writes: { Reading: ['INSERT'], ReadingHourly: ['INSERT', 'UPDATE'] },
  jobs: [foldReadings],
  routes(app) {
    app.list('/devices', { resource: device, budget: 1, cache: deviceLists });
    app.item('/devices/:id', { resource: device, budget: 1 });
    app.list('/devices/:id/readings', { resource: reading, budget: 1, where: { deviceId: 'id' }, cache: readings });
    app.list('/devices/:id/readings/hourly', { resource: readingHourly, budget: 1, where: { deviceId: 'id' } });
    app.list('/readings', { resource: reading, budget: 1, cache: readings });
    deviceWrites(app);
  },
};
