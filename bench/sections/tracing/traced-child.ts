/** A child with a service for each share of requests that is traced, all as in production. */
import type { AddressInfo } from 'node:net';
import { createSampler } from 'hotpath/telemetry';
import { buildApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { startTelemetry } from '../../../src/telemetry/telemetry.ts';
import { answerQuestions } from '../../support/child.ts';
import { SHARES } from './shares.ts';

const config = loadConfig();
const { tracing } = await startTelemetry(config);
if (!tracing) throw new Error('The service sends no spans.');
const { record } = tracing;
const addresses: Record<string, string> = {};
for (const [name, ratio] of Object.entries(SHARES)) {
  const sampler = createSampler({ name: 'parentbased_traceidratio', ratio: ratio ?? 0, askedPerSecond: 0 });
  const app = buildApp(config, ratio === undefined ? undefined : { record, sampler });
  await app.listen({ host: '127.0.0.1', port: 0 });
  addresses[name] = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

answerQuestions({ addresses: () => addresses });
