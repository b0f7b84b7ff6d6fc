/** The sensors of the merchants, their readings, and the hours that a job folds of these. All members see them. */
import { DAY, everything } from 'hotpath';
import { resource } from '../resource.ts';

const members = everything('user', 'admin');

export const device = resource('Device', {
  name: 'device',
  fields: ['id', 'serial', 'name', 'kind', 'status', 'location', 'firmware', 'config', 'createdAt', 'updatedAt'],
  relations: { merchant: {}, readings: { take: 10 }, hourly: { take: 24 } },
  defaultFields: 'id,serial,name,kind,status',
  filters: { id: ['in'], status: ['equals', 'in'], kind: ['equals'], merchantId: ['equals'] },
  sorts: ['id'],
  sort: 'id',
  limit: { default: 50, most: 100 },
  policy: members,
  examples: { serial: 'CS-000001', name: 'Cold store 1, north wall' },
});

export const reading = resource('Reading', {
  name: 'reading',
  fields: ['deviceId', 'timestamp', 'temperature', 'humidity', 'battery', 'receivedAt'],
  relations: { device: {} },
  defaultFields: 'deviceId,timestamp,temperature,humidity',
  filters: { 'device.status': ['equals'], 'device.kind': ['equals'], deviceId: ['equals', 'in'] },
  sorts: ['timestamp'],
  sort: '-timestamp',
  window: { field: 'timestamp', default: DAY, most: 31 * DAY },
  limit: { default: 100, most: 100 },
  policy: members,
  examples: { temperature: -18.4, humidity: 41.5, battery: 87 },
});

/** One hour of one device. */
export const readingHourly = resource('ReadingHourly', {
  name: 'hour of readings',
  fields: ['deviceId', 'hour', 'count', 'temperatureMin', 'temperatureMax', 'temperatureAvg', 'humidityAvg'],
  defaultFields: 'hour,count,temperatureMin,temperatureMax,temperatureAvg,humidityAvg',
  sorts: ['hour'],
  sort: '-hour',
  window: { field: 'hour', default: 7 * DAY, most: 31 * DAY },
  limit: { default: 24, most: 100 },
  policy: members,
  examples: { count: 60, temperatureMin: -19.2, temperatureMax: -17.9, temperatureAvg: -18.4, humidityAvg: 41.5 },
});
