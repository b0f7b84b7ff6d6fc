/** A certificate for the loopback, signed by itself, made by OpenSSL. */
import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { programOf } from './program.ts';

export interface Certificate {
  readonly certificateFile: string;
  readonly keyFile: string;
}

export async function loopbackCertificate(): Promise<Certificate> {
  const openssl = await programOf({
    names: ['openssl'],
    debianPackage: 'openssl',
    advice: 'These tests need OpenSSL: install openssl (apt-get install openssl, brew install openssl).',
  });
  const folder = mkdtempSync(join(tmpdir(), 'hotpath-tls-'));
  const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  await promisify(execFile)(openssl, [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
    ...['-keyout', keyFile, '-out', certificateFile],
  ]);
  return { certificateFile, keyFile };
}

/** The settings with which Redis speaks TLS at a port. */
export const redisTls = ({ certificateFile, keyFile }: Certificate, port: number) => ({
  'tls-port': String(port),
  'tls-cert-file': certificateFile,
  'tls-key-file': keyFile,
  'tls-ca-cert-file': certificateFile,
  'tls-auth-clients': 'no',
});
