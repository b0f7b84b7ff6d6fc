/** `hotpath tail`: the requests of a running service in the terminal, as its inspector tells of them. */
import { setTimeout as pause } from 'node:timers/promises';
import type { RequestLine } from '../inspector/request-view.ts';
import { type Command, CommandError, parseCommand, say } from './command.ts';
import { askInspector, DEFAULT_ADDRESS, type InspectorSource, inspectorSource } from './inspector-source.ts';

const usage = `Usage: $0 tail [ADDRESS] [--token TOKEN] [--over] [--slow MS] [--status 5xx] [--route TEXT] [--text TEXT]
                [--json] [--once]

Shows requests as they come: time, status, milliseconds, statements of the budget, cache, bytes, request. The address is the
one that the service printed for its inspector, http://127.0.0.1:3000/_hotpath#token=…, or the service's own with
--token or INSPECTOR_TOKEN.

--over         only requests over their budget, or with an N+1; each names its statement and its line of code
--slow MS      only requests that took so many milliseconds or longer
--status 5xx   only requests with this status, or with a status of this class
--route TEXT   only requests of routes that contain the text
--text TEXT    only requests that contain the text
--json         one JSON document a request
--once         shows the requests that are kept, and ends`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const options = {
  ...{ token: text, slow: text, status: text, route: text, text },
  ...{ over: flag, json: flag, once: flag },
} as const;

const EVERY_MS = 500;

/** The command `tail`. */
export const tail: Command = {
  summary: 'show the requests of a running service as they come',
  usage,
  async run(args) {
    const { positionals, values } = parseCommand(usage, { args, options, allowPositionals: true });
    if (positionals.length > 1) throw new CommandError(usage);
    const { token, json = false, once = false, ...filter } = values;
    const source = inspectorSource(positionals[0] ?? DEFAULT_ADDRESS, token);
    const asked = new URLSearchParams(
      Object.entries(filter).map(([name, value]): [string, string] => [name, `${value}`]),
    );
    for (let after = -1; ; await pause(EVERY_MS)) {
      asked.set('after', String(after));
      const { requests, last } = await askInspector<Listed>(source, `requests?${asked}`);
      for (const request of requests.toReversed())
        say(json ? JSON.stringify(request) : await shownLine(source, request));
      // A service that has started again counts from the beginning.
      after = last < after ? -1 : last;
      if (once) return;
    }
  },
};

interface Listed {
  readonly requests: readonly RequestLine[];
  readonly last: number;
}

async function shownLine(source: InspectorSource, request: RequestLine): Promise<string> {
  const line = lineOf(request);
  if (!request.isOver) return line;
  const { groups } = await askInspector<{ groups: readonly Group[] }>(source, `requests/${request.id}`);
  const repeated = groups.filter(({ isRepeated }) => isRepeated);
  return [
    line,
    ...repeated.map(({ times, sql, lines }) => `    ${times} × ${oneLine(sql)}\n      at ${lines[0] ?? '?'}`),
  ].join('\n');
}

interface Group {
  readonly times: number;
  readonly sql: string;
  readonly lines: readonly string[];
  readonly isRepeated: boolean;
}

const oneLine = (sql: string): string => sql.replaceAll(/\s+/g, ' ').slice(0, 200);

function lineOf({
  at,
  status,
  ms,
  statements,
  budget,
  tier,
  outcome,
  bytes,
  method,
  url,
  repeated,
  unlisted,
}: RequestLine): string {
  const cells = [
    new Date(at).toISOString().slice(11, 23),
    String(status),
    `${ms.toFixed(2)} ms`.padStart(11),
    `${statements}${budget === undefined ? '' : `/${budget}`}`.padStart(6),
    (outcome ? `${tier} ${outcome}` : '').padEnd(13),
    (bytes === undefined ? '' : `${bytes} B`).padStart(10),
    `${method} ${url}`,
  ];
  const before = unlisted > 0 ? `  + ${unlisted} from memory` : '';
  return `${cells.join('  ')}${before}${repeated > 0 ? `  N+1 × ${repeated}` : ''}`;
}
