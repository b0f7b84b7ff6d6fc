/** The part of autocannon that the bench uses; it ships no types of its own. */
declare module 'autocannon' {
  interface Request {
    path: string;
  }
  interface Options {
    readonly url: string;
    readonly connections: number;
    readonly duration: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly requests: readonly { setupRequest(request: Request): Request }[];
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
