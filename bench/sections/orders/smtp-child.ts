/** A mail server that takes every mail after a delay that the bench sets. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';
import { answerQuestions } from '../../support/child.ts';

let taken = 0;

answerQuestions({
  async listen({ delayMs }: { delayMs: number }): Promise<string> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      onData(stream, _session, accept) {
        stream.resume();
        stream.once('end', async () => {
          await pause(delayMs);
          taken += 1;
          accept();
        });
      },
    });
    server.on('error', () => {});
    const listener = server.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return `smtp://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  },
  taken: () => taken,
});
