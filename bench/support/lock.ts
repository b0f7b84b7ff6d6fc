/**
 * The lock of the bench: two at once would measure each other. It is SQLite's on a file, that is the system's: it is
 * gone with the process that holds it, however that ends, so there is none that is stale.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const BUSY = 5;

export class LockedError extends Error {
  override readonly name = 'LockedError';
}

/** Holds the lock until it is disposed of. @throws {LockedError} if it is held. */
export function lock(file: string): Disposable {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  try {
    database.exec('begin exclusive');
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode !== BUSY) throw error;
    throw new LockedError(`Another bench is running here (${file} is locked): wait for it, or end it.`);
  }
  return { [Symbol.dispose]: () => database.close() };
}
