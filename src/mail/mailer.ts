/**
 * The mailer: sends a mail by SMTP, or writes it as an `.eml` file if no mail server is set.
 *
 * A mail has a Message-ID that its job decides, the same at every try. The file's name is that id, and the file appears
 * complete or not at all: so each mail exists exactly once. SMTP cannot guarantee that: see `jobs/once.ts` and
 * docs/operating/jobs.md.
 */
import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport, type SendMailOptions } from 'nodemailer';

export interface Mail {
  /** The part before the `@` of the Message-ID: letters, digits, dots and dashes. The same for the same mail. */
  readonly id: string;
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
}

export interface Mailer {
  /**
   * Resolves when the mail server has accepted the mail.
   * @throws the server's refusal, or a timeout.
   */
  send(mail: Mail): Promise<void>;
  close(): void;
}

export interface MailerOptions {
  /** `smtp://user:password@host:port`, or `smtps://…`. */
  readonly smtpUrl?: string | undefined;
  /** The directory for mails without a server. */
  readonly directory?: string | undefined;
  /** The sender: `Hotpath <hotpath@localhost>`. */
  readonly from: string;
  /** Connections to the server at a time. */
  readonly connections: number;
}

/** How long the mailer waits for the server's answer. */
const PATIENCE_MS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };

export function openMailer({ smtpUrl, directory, from, connections }: MailerOptions): Mailer {
  const domain = /@([^\s@>]+)>?$/.exec(from)?.[1] ?? 'localhost';
  const message = ({ id, ...mail }: Mail): SendMailOptions => ({ ...mail, from, messageId: `<${id}@${domain}>` });
  if (!smtpUrl) return fileMailer(directory!, message);
  const transport = createTransport({ url: smtpUrl, pool: true, maxConnections: connections, ...PATIENCE_MS });
  return {
    async send(mail) {
      await transport.sendMail(message(mail));
    },
    close: () => transport.close(),
  };
}

function fileMailer(directory: string, message: (mail: Mail) => SendMailOptions): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  return {
    async send(mail) {
      const { message: bytes } = await transport.sendMail(message(mail));
      await mkdir(directory, { recursive: true });
      const unfinished = join(directory, `.${fileName(mail.id)}.${process.pid}`);
      await writeFile(unfinished, bytes as Buffer);
      await rename(unfinished, join(directory, `${fileName(mail.id)}.eml`));
    },
    close: () => transport.close(),
  };
}

const fileName = (id: string): string =>
  /^[\w-][\w.-]{0,120}$/.test(id) ? id : createHash('sha256').update(id).digest('hex');
