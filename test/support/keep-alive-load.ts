/** Clients with one keep-alive connection each, which send requests without a break and count what became of them. */
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

export interface KeepAliveLoadOptions {
  readonly clients: number;
  /** Where a request goes, asked for each: `http://127.0.0.1:3000`. */
  target(): string;
  readonly requests: readonly LoadRequest[];
  /** Whether each request opens a connection of its own. */
  readonly isFresh?: boolean;
}

export interface LoadRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface KeepAliveLoad {
  /** Requests that were answered with a status below 500. */
  answered(): number;
  /** How often each other outcome came: `503 OVERLOADED`, the code of an error, `hung` after half a minute. */
  failures(): Record<string, number>;
  /** Lets requests in flight end. */
  stop(): Promise<void>;
}

const HANGS_MS = 30_000;
/** Between two requests of a client. */
const PAUSE_MS = 5;

export function startKeepAliveLoad(options: KeepAliveLoadOptions): KeepAliveLoad {
  const outcomes: Record<string, number> = {};
  let isStopped = false;
  const client = async (first: number) => {
    const agent = new Agent({ keepAlive: options.isFresh !== true, maxSockets: 1 });
    for (let n = first; !isStopped; n += 1) {
      const outcome = await send(agent, options.target(), options.requests[n % options.requests.length]!);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      await pause(PAUSE_MS);
    }
    agent.destroy();
  };
  const clients = Array.from({ length: options.clients }, (_, index) => client(index));
  const isAnswer = (outcome: string) => /^[1-4]\d\d$/.test(outcome);
  return {
    answered: () => Object.entries(outcomes).reduce((sum, [name, count]) => sum + (isAnswer(name) ? count : 0), 0),
    failures: () => Object.fromEntries(Object.entries(outcomes).filter(([name]) => !isAnswer(name))),
    async stop() {
      isStopped = true;
      await Promise.all(clients);
    },
  };
}

const outcomeOf = (status: number, body: string): string =>
  status < 500 ? String(status) : `${status} ${/"code":"(\w+)"/.exec(body)?.[1]}`;

/** The status, with the code of a failure, or the code of an error. */
function send(agent: Agent, target: string, { method, path, headers = {}, body }: LoadRequest): Promise<string> {
  return new Promise((resolve) => {
    const sent = request(`${target}${path}`, { method, agent, headers, timeout: HANGS_MS }, (reply) => {
      let text = '';
      reply.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      reply.on('end', () => resolve(outcomeOf(reply.statusCode!, text)));
      reply.on('error', () => resolve('cut'));
    });
    sent.on('timeout', () => {
      resolve('hung');
      sent.destroy();
    });
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.end(body);
  });
}
