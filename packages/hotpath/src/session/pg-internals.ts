/**
 * The members of `pg`, `pg-pool` and `pg-protocol` that these packages neither document nor declare. Other files use
 * them through this file, which `test/private-interfaces.test.ts` checks. `test/session/pg-internals.test.ts` runs
 * each of them against a server, and names the member that a new version has moved.
 */
import type { Socket } from 'node:net';
import pg from 'pg';
import utils from 'pg/lib/utils';
import { Parser } from 'pg-protocol/dist/parser.js';

/** Writes a value of a parameter as PostgreSQL reads it: text, bytes, or null. */
export const { prepareValue } = utils;

/** A message of PostgreSQL's protocol, as `pg-protocol` parses it. */
export interface ServerMessage {
  readonly name: string;
}

/** The parser of the messages on one connection. */
export interface MessageParser {
  parse(bytes: Buffer, take: (message: ServerMessage) => void): void;
  /** @param start of the message's content in `bytes`. */
  handlePacket(start: number, code: number, length: number, bytes: Buffer): ServerMessage;
}

/** `pg-protocol` declares `handlePacket` as private. */
export const MessageParser = Parser as unknown as new () => MessageParser;

/** The part of a connection that passes on the server's messages. */
export interface MessageConnection {
  attachListeners(stream: NodeJS.ReadableStream): void;
  emit(event: string, message: ServerMessage): void;
  /** Whether code listens to all messages. */
  readonly _emitMessage: boolean;
}

/** The part of a connection that a query submits itself to. */
export interface QueryConnection {
  readonly stream: { cork(): void; uncork(): void };
  /** The texts of the statements that the connection has prepared, by name. */
  readonly parsedStatements: Record<string, string | undefined>;
  /** The texts of the statements that it is preparing. */
  readonly submittedNamedStatements: Record<string, string | undefined>;
  parse(message: { text: string; name: string }): void;
  bind(message: {
    statement: string;
    values: readonly unknown[];
    binary: boolean;
    valueMapper: (value: unknown) => unknown;
  }): void;
  describe(message: { type: 'P'; name: string }): void;
  execute(message: object): void;
  sync(): void;
}

/** A connection on which a query does not end its messages, so that others can follow. */
export const withoutSync = (connection: QueryConnection): QueryConnection =>
  Object.create(connection, { sync: { value: () => {} } });

/** A query of `pg` itself, as a client runs it. */
export interface ClientQuery {
  readonly name: string | undefined;
  readonly text: string;
  /** The result so far, which `pg` gives the types of the client. */
  readonly _result: unknown;
  callback: (error: Error | null, result?: unknown) => void;
  /** @returns the error of a query that cannot be sent. */
  submit(connection: QueryConnection): Error | null;
  handleRowDescription(message: never): void;
  handleDataRow(message: never): void;
  handleCommandComplete(message: never, connection: QueryConnection): void;
  handleReadyForQuery(connection: QueryConnection): void;
  handleError(error: Error, connection: QueryConnection): void;
}

type QueryConstructor = new (...args: readonly unknown[]) => ClientQuery & { queryMode: string };

/**
 * A query from the arguments of `client.query`, for PostgreSQL's extended protocol, in which several can share one message.
 * Its callback is undefined if the arguments have none.
 */
export function clientQuery(args: readonly unknown[]): ClientQuery {
  const query = new (pg.Query as unknown as QueryConstructor)(...args);
  query.queryMode = 'extended';
  return query;
}

/** The methods by which a connection tells a query of its answer, if the query has them. */
export const QUERY_HANDLERS = [
  'handleRowDescription',
  'handleDataRow',
  'handlePortalSuspended',
  'handleCommandComplete',
  'handleEmptyQuery',
  'handleReadyForQuery',
  'handleError',
  'handleCopyInResponse',
  'handleCopyData',
] as const;

/** A query that submits itself, as far as a client calls it. */
export type QueryHandlers = Partial<Record<(typeof QUERY_HANDLERS)[number], (...args: never[]) => unknown>>;

interface ClientInternals {
  readonly _queryQueue: object[];
  readonly processID: number | null;
  readonly readyForQuery: boolean;
  getStartupConf(): Record<string, string>;
}

const internalsOf = (client: pg.Client) => client as unknown as ClientInternals;

export const messagesOf = (connection: pg.Connection) => connection as unknown as MessageConnection;

/** The process of the server that the connection leads to, as its server or pooler reported it. */
export const processIdOf = (client: pg.Client): number | null => internalsOf(client).processID;

/** The queries that wait until the server is ready for them, the next one first. */
export const queueOf = (client: pg.Client): object[] => internalsOf(client)._queryQueue;

/** Whether the connection waits for an answer. */
export const owesAnswer = (client: pg.Client): boolean => !internalsOf(client).readyForQuery;

/** The socket of a connection. */
export const socketOf = ({ connection }: pg.Client): Socket => connection.stream as Socket;

/** The parameters of the startup message. A subclass may override `getStartupConf` to send others. */
export function startupParametersOf(client: pg.Client): Record<string, string> {
  return internalsOf(pg.Client.prototype).getStartupConf.call(client);
}

/** The connections that a pool has now. */
export function clientsOf(pool: pg.Pool): readonly pg.Client[] {
  return (pool as unknown as { readonly _clients?: readonly pg.Client[] })._clients ?? [];
}
