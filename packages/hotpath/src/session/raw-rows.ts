/**
 * Rows as the bytes that PostgreSQL sent. `pg` makes a string of every value of a row, in the binary format, too. A query
 * that reads rows itself gives its connection a receiver, which then gets each row where it lies in the socket's buffer.
 * Every other query gets its rows from `pg` as always.
 */
import type pg from 'pg';
import { MessageParser, messagesOf, type ServerMessage } from './pg-internals.ts';

/** A query that reads the rows of its answer itself. */
export interface RowReceiver {
  /**
   * Called for each row while the bytes are there: the buffer is used again afterwards.
   * @param start of the row: the number of its columns, as 16 bits; then of each its length and bytes. Must not throw.
   */
  takeRow(bytes: Buffer, start: number): void;
}

/** Gives the rows of a connection to a receiver, until it is given none. */
export interface RowSource {
  receiver: RowReceiver | undefined;
}

const DATA_ROW = 0x44;
/** Stands for a row that its receiver has taken. */
const TAKEN: ServerMessage = { name: 'taken' };

class RowParser extends MessageParser implements RowSource {
  receiver: RowReceiver | undefined;

  override handlePacket(start: number, code: number, length: number, bytes: Buffer): ServerMessage {
    if (code !== DATA_ROW || this.receiver === undefined) return super.handlePacket(start, code, length, bytes);
    this.receiver.takeRow(bytes, start);
    return TAKEN;
  }
}

const sources = new WeakMap<object, RowSource>();

/** Lets queries of a connection receive rows as bytes. To be called before it connects. */
export function openRowSource(connection: pg.Connection): void {
  const messages = messagesOf(connection);
  messages.attachListeners = (stream) => {
    const parser = new RowParser();
    sources.set(connection, parser);
    const pass = (message: ServerMessage) => {
      if (message === TAKEN) return;
      if (messages._emitMessage) messages.emit('message', message);
      messages.emit(message.name === 'error' ? 'errorMessage' : message.name, message);
    };
    stream.on('data', (bytes: Buffer) => parser.parse(bytes, pass));
  };
}

/** Where a connection's rows come from; undefined for one that gives none as bytes. */
export const rowSourceOf = (connection: object): RowSource | undefined => sources.get(connection);
