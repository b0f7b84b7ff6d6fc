/** A child that takes whatever spans it is sent, and keeps none. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerQuestions } from '../../support/child.ts';

const server = createServer((request, response) => {
  request.resume().once('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

answerQuestions({ address: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
