/** How the generated client sends a request: where to, and as whom. */

export interface Connection {
  /** Where the service is. */
  readonly url: string;
  readonly token?: string;
}

let connection: Connection = { url: 'http://127.0.0.1:3000' };

export function connect(to: Connection): void {
  connection = to;
}

/** Sends it, and reads the reply: its status, its headers, and its JSON where it has any. */
export async function request<T>(path: string, init: RequestInit): Promise<T> {
  const headers = new Headers(init.headers);
  if (connection.token) headers.set('authorization', `Bearer ${connection.token}`);
  const reply = await fetch(new URL(path, connection.url), { ...init, headers });
  const text = await reply.text();
  return { status: reply.status, headers: reply.headers, data: text === '' ? undefined : JSON.parse(text) } as T;
}
