/**
 * The file store: jobs keep data here that is too large for a row. The interface has four calls, so that an object store can
 * implement it. This file has an implementation for a disk, which all processes that write or serve files must share.
 *
 * A file appears complete or not at all: the store writes a temporary file beside it, flushes and renames it.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface StoredFile {
  readonly bytes: number;
  readonly body: Readable;
}

export interface FileStore {
  /**
   * Writes a file, or replaces one of the same name. If the write fails or is aborted, the store removes the incomplete file.
   */
  write(name: string, chunks: AsyncIterable<string | Uint8Array>, signal: AbortSignal): Promise<void>;
  /** `undefined` if the file does not exist. */
  read(name: string): Promise<StoredFile | undefined>;
  /** Succeeds also if the file does not exist. */
  remove(name: string): Promise<void>;
  /** Removes unfinished files of killed writers, if they are older than this. */
  sweep(olderThanMs: number): Promise<void>;
}

/** Words between slashes; so no name is `UNFINISHED`. */
const NAME = /^[a-z\d-]+(\/[a-z\d-]+)*(\.[a-z\d]+)?$/;

const UNFINISHED = '.unfinished';

export function openFileStore(directory: string): FileStore {
  const workshop = join(directory, UNFINISHED);
  const pathOf = (name: string): string => {
    if (!NAME.test(name)) throw new RangeError(`"${name}" cannot be the name of a stored file.`);
    return join(directory, name);
  };
  return {
    async write(name, chunks, signal) {
      const path = pathOf(name);
      const unfinished = join(workshop, randomUUID());
      await Promise.all([mkdir(dirname(path), { recursive: true }), mkdir(workshop, { recursive: true })]);
      try {
        await pipeline(chunks, createWriteStream(unfinished, { flush: true }), { signal });
        await rename(unfinished, path);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    },
    async read(name) {
      const file = await opened(pathOf(name));
      if (!file) return undefined;
      const { size: bytes } = await file.stat();
      return { bytes, body: createReadStream('', { fd: file }) };
    },
    remove: (name) => rm(pathOf(name), { force: true }),
    async sweep(olderThanMs) {
      const names = await readdir(workshop).catch(() => []);
      for (const path of names.map((name) => join(workshop, name))) {
        const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
        if (Date.now() - mtimeMs > olderThanMs) await rm(path, { force: true });
      }
    },
  };
}

async function opened(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
