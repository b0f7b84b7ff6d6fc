/** The inspector of a running service, as commands ask it. */
import { CommandError } from './command.ts';

export const DEFAULT_ADDRESS = 'http://127.0.0.1:3000';

/** Where an inspector is, and the token that opens it. */
export interface InspectorSource {
  /** Of the facts, with a slash at its end. */
  readonly base: URL;
  readonly token: string;
}

/** @throws {CommandError} for an invalid address, or without a token. */
export function inspectorSource(address: string, given: string | undefined): InspectorSource {
  if (!URL.canParse(address)) throw new CommandError(`${address} is not an address.`);
  const url = new URL(address);
  const inAddress = /^#token=(.+)$/.exec(url.hash)?.[1];
  const token = given ?? (inAddress && decodeURIComponent(inAddress)) ?? process.env['INSPECTOR_TOKEN'];
  if (!token) throw new CommandError('Give the address that the service printed, or --token, or set INSPECTOR_TOKEN.');
  const prefix = url.pathname.replace(/\/_hotpath.*$/, '').replace(/\/$/, '');
  return { base: new URL(`${prefix}/_hotpath/api/`, url.origin), token };
}

export interface InspectorRequest {
  /** Whether any process of the service may answer, and not the one that has answered the last question. */
  readonly isForAll?: boolean;
}

/** @throws {CommandError} with what the service says against it, or that it does not answer. */
export async function askInspector<T>(
  { base, token }: InspectorSource,
  path: string,
  { isForAll = false }: InspectorRequest = {},
): Promise<T> {
  const headers = { authorization: `Bearer ${token}`, ...(isForAll && { connection: 'close' }) };
  const reply = await fetch(new URL(path, base), { headers }).catch(() => undefined);
  if (!reply) throw new CommandError(`Nothing answers at ${base.origin}.`);
  if (reply.ok) return (await reply.json()) as T;
  const { detail, message = detail } = (await reply.json().catch(() => ({}))) as { detail?: string; message?: string };
  throw new CommandError(message ?? `${base} answers with ${reply.status}: is the inspector on?`);
}
