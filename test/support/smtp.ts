/** A mail server for tests: takes every mail, at a speed that the test sets, and keeps mails by their Message-ID. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';

export interface MailSink {
  readonly url: string;
  /** How often each mail was taken, by its Message-ID. */
  readonly taken: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** @param delayMs how long it thinks, once it has a mail, before it says that it took it. */
export async function openMailSink(delayMs: () => number = () => 0): Promise<MailSink> {
  const taken = new Map<string, number>();
  const take = async (mail: AsyncIterable<unknown>) => {
    const chunks: Buffer[] = [];
    for await (const chunk of mail) chunks.push(chunk as Buffer);
    await pause(delayMs());
    const id = /^Message-ID: (\S+)/im.exec(Buffer.concat(chunks).toString())![1]!;
    taken.set(id, (taken.get(id) ?? 0) + 1);
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, _session, accept) {
      take(stream).then(() => accept(), accept);
    },
  });
  // A client that is killed in the middle is what this is for.
  server.on('error', () => {});
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { url: `smtp://127.0.0.1:${port}`, taken, close };
}
