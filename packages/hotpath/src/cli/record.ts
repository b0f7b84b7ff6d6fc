/** `hotpath record`: a bounded sample of the GET traffic of a running service, without its tokens. */
import { closeSync, constants, fchmodSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { followTraffic, type TrafficSource } from '../replay/follow-traffic.ts';
import { type RecordingBounds, type RecordingSummary, RecordingWriter } from '../replay/recording-writer.ts';
import type { TappedTraffic } from '../replay/traffic-tap.ts';
import { type Command, CommandError, parseCommand, say } from './command.ts';
import { askInspector, DEFAULT_ADDRESS, inspectorSource } from './inspector-source.ts';
import { wholeNumber } from './whole-number.ts';

const usage = `Usage: $0 record FILE [ADDRESS] [--token TOKEN] [--seconds N] [--count N] [--rate N] [--megabytes N]
                  [--headers NAME,NAME] [--force]

Records GET requests as they come, until a bound is reached or Ctrl-C ends it. ADDRESS is the one that the service printed for its
inspector or for the plugin \`recordable\`, http://127.0.0.1:3000/_hotpath#token=…, or the service's own with --token or
INSPECTOR_TOKEN. $0 replay asks the requests of the file again.

A line of the file is a request: path with query, time, status, milliseconds, statements, and the role and the subject of its viewer.
The file has no token, no cookie and no body. Requests with a secret in a parameter are left out. Other values of queries,
and subjects, are data of your users: the file is readable by its owner alone.

--seconds    the longest time (60)
--count      requests (10000)
--rate       requests of one second, a random sample of those that came (1000)
--megabytes  of the file (64)
--headers    request headers to keep beside accept and accept-language
--force      overwrites FILE`;

const text = { type: 'string' } as const;
const options = {
  ...{ token: text, seconds: text, count: text, rate: text, megabytes: text, headers: text },
  force: { type: 'boolean' },
} as const;

const MEGABYTE = 1_000_000;
/** Headers that choose among the representations of a resource. */
const USUAL_HEADERS = ['accept', 'accept-language'];

/** The command `record`. */
export const record: Command = {
  summary: 'record a sample of the traffic of a running service, to replay it',
  usage,
  async run(args) {
    const { positionals, values } = parseCommand(usage, { args, options, allowPositionals: true });
    const [file, address = DEFAULT_ADDRESS, ...more] = positionals;
    if (!file || more.length > 0) throw new CommandError(usage);
    const most = boundsOf(values);
    const headers = [...USUAL_HEADERS, ...headerNames(values.headers)];
    const source = inspectorSource(address, values.token);
    const ask = (parameters: URLSearchParams) =>
      askInspector<TappedTraffic>(source, `traffic?${parameters}`, { isForAll: true });
    // The first reply opens the tap, and shows that the service allows it before a file is made.
    const opened = await ask(new URLSearchParams({ headers: headers.join(',') }));
    const descriptor = openFile(file, values.force ?? false);
    const write = (line: string) => void writeSync(descriptor, line);
    const writer = new RecordingWriter({ ...most, from: source.base.origin, startedAt: opened.now, write });
    try {
      const { failure, ...summary } = await recorded(writer, { ask, headers, opened, seconds: most.seconds });
      reportRecorded(file, summary);
      if (failure) throw failure;
    } finally {
      closeSync(descriptor);
    }
  },
};

interface RecordedFrom extends TrafficSource {
  readonly seconds: number;
}

interface Recorded extends RecordingSummary {
  readonly lost: number;
}

/** Records until the time is over, a bound is reached, the user interrupts, or the service fails. */
async function recorded(
  writer: RecordingWriter,
  { seconds, ...source }: RecordedFrom,
): Promise<Recorded & { readonly failure?: unknown }> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  const timer = setTimeout(interrupt, seconds * 1000);
  let lost = 0;
  let shown = 0;
  try {
    for await (const batch of followTraffic(source, stop.signal)) {
      lost += batch.lost;
      for (const request of batch.requests) writer.add(request);
      if (batch.until !== undefined) writer.passed(batch.until);
      if (writer.requests >= shown + SHOWN_EVERY) process.stderr.write(`Requests: ${writer.requests}\n`);
      shown = writer.requests - (writer.requests % SHOWN_EVERY);
      if (writer.isFull) break;
    }
  } catch (failure) {
    return { ...writer.finish(), lost, failure };
  } finally {
    clearTimeout(timer);
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
  return { ...writer.finish(), lost };
}

const SHOWN_EVERY = 1000;

function reportRecorded(file: string, recorded: Recorded): void {
  const { requests, bytes, overRate, withSecret, withCredentials, lost } = recorded;
  say(`Requests in ${file}: ${requests} (${bytes} bytes).`);
  if (overRate > 0) say(`Left out of the sample by --rate: ${overRate}.`);
  if (withSecret > 0) say(`Left out because a parameter carries a secret: ${withSecret}.`);
  if (withCredentials > 0) say(`Left out because the service knows no viewer for the credentials: ${withCredentials}.`);
  if (lost > 0) say(`Lost because they came faster than the recorder took them: ${lost}.`);
}

interface Given {
  readonly seconds?: string | undefined;
  readonly count?: string | undefined;
  readonly rate?: string | undefined;
  readonly megabytes?: string | undefined;
}

/** @throws {CommandError} for a bound that is not a whole number in its range. */
function boundsOf(given: Given): RecordingBounds & { readonly seconds: number } {
  const { seconds = '60', count = '10000', rate = '1000', megabytes = '64' } = given;
  return {
    seconds: wholeNumber('--seconds', seconds, 86_400),
    count: wholeNumber('--count', count, 1_000_000),
    rate: wholeNumber('--rate', rate, 100_000),
    bytes: MEGABYTE * wholeNumber('--megabytes', megabytes, 256),
  };
}

/** @throws {CommandError} for a name that is not one of a header. */
function headerNames(given = ''): string[] {
  const names = given === '' ? [] : given.toLowerCase().split(',');
  if (names.every((name) => /^[a-z][a-z\d-]{0,63}$/.test(name)) && names.length <= 18) return names;
  throw new CommandError('--headers must be names of headers, at most 18, separated by commas.');
}

/** @throws {CommandError} if the file exists, or its folder does not. */
function openFile(file: string, mayOverwrite: boolean): number {
  try {
    return mayOverwrite ? overwritten(file) : openSync(file, 'wx', OWNER_ALONE);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new CommandError(`${file} exists: --force overwrites it.`);
    throw new CommandError(`${file} cannot be written: ${message}`);
  }
}

const OWNER_ALONE = 0o600;

/** A file that exists keeps its mode when it is opened. It loses its contents only once its mode is right. */
function overwritten(file: string): number {
  const descriptor = openSync(file, constants.O_WRONLY | constants.O_CREAT, OWNER_ALONE);
  try {
    if (fstatSync(descriptor).isFile()) {
      fchmodSync(descriptor, OWNER_ALONE);
      ftruncateSync(descriptor);
    }
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}
