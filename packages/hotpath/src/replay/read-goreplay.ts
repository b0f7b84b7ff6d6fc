/**
 * Reads the GET requests of a file of GoReplay (`gor --output-file`). Each message is a line with its type (1 a request, 2 a
 * response), its id, its time in nanoseconds and for a response its latency, then the bytes of HTTP, then a separator.
 */
import { foreignRequest } from './foreign-request.ts';
import {
  inOrder,
  type RecordedReply,
  type RecordedTraffic,
  ReplayError,
  type TrafficRequest,
} from './recorded-traffic.ts';

const SEPARATOR = '\n🐵🙈🙉\n';
const META = /^([123]) ([\da-f]+) (\d+)(?: (\d+))?/i;
const NANOSECONDS = 1_000_000;

/** Whether a file begins like one of GoReplay. */
export const isGoReplay = (text: string): boolean => META.test(text) && text.includes(SEPARATOR.trim());

/** @throws {ReplayError} if no request is left. */
export function readGoReplay(text: string): RecordedTraffic {
  const messages = text.split(SEPARATOR).flatMap((part) => messageOf(part) ?? []);
  const replies = new Map(messages.map((message) => [message.id, replyOf(message)] as const).filter(hasReply));
  const asked = messages.filter(({ type }) => type === '1');
  const requests = asked.flatMap((message) => requestOf(message, replies.get(message.id)) ?? []);
  if (requests.length === 0) throw new ReplayError('The file of GoReplay has no GET request.');
  const others = asked.length - requests.length;
  const notes = others === 0 ? [] : [`Left out because they are not GET: ${others}.`];
  return { requests: inOrder(requests), notes };
}

interface Message {
  readonly type: string;
  readonly id: string;
  readonly at: number;
  readonly latency: number | undefined;
  readonly head: readonly string[];
}

function messageOf(part: string): Message | undefined {
  const [meta = '', ...lines] = part.trimStart().split('\n');
  const [, type, id, at, latency] = META.exec(meta) ?? [];
  if (type === undefined) return undefined;
  const end = lines.findIndex((line) => line.trim() === '');
  const head = (end === -1 ? lines : lines.slice(0, end)).map((line) => line.trimEnd());
  const ns = (text: string | undefined) => (text === undefined ? undefined : Number(text) / NANOSECONDS);
  return { type, id: id!, at: ns(at)!, latency: ns(latency), head };
}

const hasReply = (entry: readonly [string, RecordedReply | undefined]): boolean => entry[1] !== undefined;

function replyOf({ type, latency, head }: Message): RecordedReply | undefined {
  const [, status] = /^HTTP\/\d(?:\.\d)? (\d{3})/.exec(head[0] ?? '') ?? [];
  if (type !== '2' || status === undefined || status === '304') return undefined;
  return { status: Number(status), ms: latency, statements: undefined };
}

function requestOf({ at, head }: Message, recorded: RecordedReply | undefined): TrafficRequest | undefined {
  const [, path] = /^GET (\/\S*) HTTP\/1\.[01]$/.exec(head[0] ?? '') ?? [];
  if (path === undefined) return undefined;
  const headers = head.slice(1).flatMap((line) => {
    const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, value!] as const];
  });
  return foreignRequest({ at, path, headers, recorded });
}
