/** `hotpath replay`: recorded traffic against a new version of a service. */
import { LEAST_SECRET_BYTES, signBearer } from '../http/bearer-token.ts';
import { COMPARED_HEADERS } from '../replay/compare-answers.ts';
import { readTraffic } from '../replay/read-traffic.ts';
import { ReplayError, type TrafficRequest } from '../replay/recorded-traffic.ts';
import { replayReport } from '../replay/replay-report.ts';
import { type ReplayResult, TrafficReplay } from '../replay/replay-traffic.ts';
import { ReplayedService } from '../replay/replayed-service.ts';
import { type SignFor, ViewerTokens } from '../replay/viewer-tokens.ts';
import { type Command, CommandError, parseCommand, say } from './command.ts';
import { ProgressBar } from './progress-bar.ts';
import { wholeNumber } from './whole-number.ts';

const usage = `Usage: $0 replay FILE --against URL [--beside URL] [--speed N|max] [--concurrency N] [--token ROLE=TOKEN]
                  [--issuer NAME] [--audience NAME] [--header NAME] [--ignore FIELD] [--most N] [--timeout SECONDS]
                  [--settle SECONDS] [--origin URL] [--json]

Sends the GET requests of FILE again and compares the answers: status, JSON, and headers that matter to clients and caches.
It shows statements and latency of both sides by route, and fails if an answer differs. FILE is one of $0 record, of
GoReplay, or a HAR file, compressed by gzip or not.

With --beside it asks both services at the same time, and asks both again before it calls a field a difference, so that
writes meanwhile and fields such as the time make none. Both must read the same data. Without it, the file has a status,
milliseconds and statements to compare with.

--against      the service that is tested
--beside       the service whose answers are right, such as the version before
--speed        times the recorded speed (1); max sends as fast as answers come
--concurrency  requests at a time (16)
--token        the bearer token of a role; several times for several roles. Without it JWT_SECRET signs a token for each
               subject, with the claims --issuer and --audience; a foreign file's own token is the last choice
--header       a response header to compare beside the usual ones; several times for several
--ignore       a field that is not compared, such as body.items[].seenAt; several times for several
--most         requests with differences after which the replay ends (100)
--timeout      seconds for an answer (30)
--settle       seconds in which it asks both services again while their caches answer (90)
--origin       of a HAR file, the origin whose requests are sent; without it the most frequent one
--json         one JSON document`;

const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true } as const;
const options = {
  ...{ against: text, beside: text, speed: text, concurrency: text, token: texts, issuer: text, audience: text },
  ...{ header: texts, ignore: texts, most: text, timeout: text, settle: text, origin: text },
  json: { type: 'boolean' },
} as const;

const parsed = (args: string[]) => parseCommand(usage, { args, options, allowPositionals: true });
type Given = ReturnType<typeof parsed>['values'];

/** The command `replay` of a project. @param signOwn signs the tokens of a project with claims of its own. */
export const replayCommand = (signOwn?: SignFor): Command => ({
  summary: 'send recorded traffic to a new version of a service, and compare the answers',
  usage,
  run: (args) => inWords(() => runReplay(args, signOwn)),
});

/** The command `replay`, whose tokens are those of `hotpath token`. */
export const replay: Command = replayCommand();

async function runReplay(args: string[], signOwn: SignFor | undefined): Promise<void> {
  const { positionals, values } = parsed(args);
  const [file, ...more] = positionals;
  if (!file || more.length > 0 || values.against === undefined) throw new CommandError(usage);
  const timeoutMs = 1000 * wholeNumber('--timeout', values.timeout ?? '30', 3600);
  const services = {
    against: new ReplayedService(values.against, timeoutMs),
    beside: values.beside === undefined ? undefined : new ReplayedService(values.beside, timeoutMs),
  };
  const tokens = new ViewerTokens({ given: tokensOf(values.token), sign: signOwn ?? signerOf(values) });
  const { requests, notes } = await readTraffic(file, values.origin);
  for (const request of requests) tokens.sent(request);
  await Promise.all([services.against.mustAnswer(), services.beside?.mustAnswer()]);
  for (const note of notes) process.stderr.write(`${note}\n`);
  const result = await replayed(requests, { ...services, ...paceOf(values), tokens });
  const sides = [services.beside ? 'beside' : 'recorded', 'against'] as const;
  say(values.json ? JSON.stringify(result) : replayReport(result, sides));
  judge(result, requests.length);
}

/** The message of a replay that cannot begin is for the user. */
async function inWords(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw error instanceof ReplayError ? new CommandError(error.message, { cause: error }) : error;
  }
}

type Replay = Omit<ConstructorParameters<typeof TrafficReplay>[0], 'onProgress'>;

/** Ctrl-C ends it with the result so far. */
async function replayed(requests: readonly TrafficRequest[], how: Replay): Promise<ReplayResult> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  const bar = new ProgressBar();
  try {
    return await new TrafficReplay({ ...how, onProgress: (done) => bar.show({ done, total: requests.length }) }).run(
      requests,
      stop.signal,
    );
  } finally {
    bar.close();
    process.off('SIGINT', interrupt);
  }
}

/** @throws {CommandError} if answers differ, are missing, or were not all requested. */
function judge({ requests, differences, unanswered }: ReplayResult, total: number): void {
  const complaints = [
    ...(differences.length > 0 ? [`Requests with different answers: ${differences.length} of ${requests}.`] : []),
    ...(unanswered > 0 ? [`Requests without an answer: ${unanswered} of ${requests}.`] : []),
    ...(requests < total ? [`Requests that were not compared before the replay ended: ${total - requests}.`] : []),
  ];
  if (complaints.length > 0) throw new CommandError(complaints.join('\n'));
  process.stderr.write(`Requests: ${requests}. No answer differs.\n`);
}

function paceOf({ speed = '1', concurrency = '16', most = '100', settle = '90', header = [], ignore = [] }: Given) {
  if (speed !== 'max' && !(Number(speed) > 0 && Number(speed) <= 10_000)) {
    throw new CommandError('--speed must be a number above 0, at most 10000, or max.');
  }
  return {
    speed: speed === 'max' ? Number.POSITIVE_INFINITY : Number(speed),
    concurrency: wholeNumber('--concurrency', concurrency, 1000),
    mostDifferences: wholeNumber('--most', most, 100_000),
    headers: [...new Set([...COMPARED_HEADERS, ...header.map((name) => name.toLowerCase())])],
    ignored: ignore,
    settleMs: 1000 * wholeNumber('--settle', settle, 3600),
  };
}

/** @throws {CommandError} for an option that names no role. */
function tokensOf(given: readonly string[] = []): Map<string, string> {
  return new Map(
    given.map((option) => {
      const [, role, token] = /^([^=]+)=(.+)$/.exec(option) ?? [];
      if (role === undefined) throw new CommandError('--token must be ROLE=TOKEN.');
      return [role, token!];
    }),
  );
}

const A_DAY = 86_400;

/** As `hotpath token` signs. */
function signerOf({ issuer, audience }: Given): SignFor {
  const secret = process.env['JWT_SECRET'];
  if (!secret) return () => undefined;
  if (Buffer.byteLength(secret) < LEAST_SECRET_BYTES) {
    throw new ReplayError(`JWT_SECRET is too short: it must have at least ${LEAST_SECRET_BYTES} bytes.`);
  }
  const own = { ...(issuer && { iss: issuer }), ...(audience && { aud: audience }) };
  return ({ role, subject }) => signBearer({ sub: subject, role, ...own }, { secret, expiresInSeconds: A_DAY });
}
