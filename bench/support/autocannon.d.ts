/** The part of autocannon that the bench uses; it ships no types of its own. */
declare module 'autocannon' {
  interface Request {
    path: string;
    method?: string;
    body?: string;
    headers?: Record<string, string>;
  }
  interface Client {
    /** @param reply its headers: names and values in turn. */
    on(event: 'headers', listener: (reply: { headers: readonly string[] }) => void): this;
    /** Not documented: the connection, and what sends its next request. */
    conn: import('node:net').Socket;
    _doRequest(): void;
  }
  interface Options {
    readonly url: string;
    readonly connections: number;
    readonly duration: number;
    /** Requests in all, instead of a duration; the same number for each connection. */
    readonly amount?: number;
    /** In milliseconds: how often it is seen whether the run is to end. */
    readonly sampleInt?: number;
    /** In seconds: how long a reply is waited for. */
    readonly timeout?: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly requests: readonly { setupRequest(request: Request): Request }[];
    readonly setupClient?: (client: Client) => void;
  }
  interface Result {
    readonly errors: number;
    readonly timeouts: number;
    /** In seconds. */
    readonly duration: number;
  }
  interface Instance extends PromiseLike<Result> {
    on(event: 'response', listener: (client: unknown, status: number, bytes: number, ms: number) => void): this;
  }
  export default function autocannon(options: Options): Instance;
}
