/** A child that is the service, as in production, with the inspector, whose observer the bench takes away and gives back. */
import type { AddressInfo } from 'node:net';
import { portOf } from 'hotpath/observation/port-of';
import { buildApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { answerQuestions } from '../../support/child.ts';

const app = buildApp(loadConfig());
await app.listen({ host: '127.0.0.1', port: 0 });
const port = portOf(app);
const { observer } = port;
if (!observer) throw new Error('The service has no inspector.');

answerQuestions({
  address: () => `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
  observe({ isOn }: { readonly isOn: boolean }) {
    port.observer = isOn ? observer : undefined;
  },
});
