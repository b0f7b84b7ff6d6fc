/**
 * The file store: where jobs put what is too large for a row. A port of four calls, so that an object store fits behind it;
 * here is the one on a disk, which every process that writes or serves files must see.
 *
 * A file appears whole or not at all: it is written beside its place, flushed, and renamed.
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
  /** Writes a file, in the place of one of the same name. What it has of a file that fails, or is aborted, is removed. */
  write(name: string, chunks: AsyncIterable<string | Uint8Array>, signal: AbortSignal): Promise<void>;
  /** `undefined` if there is none. */
  read(name: string): Promise<StoredFile | undefined>;
  /** Also of one that is not there. */
  remove(name: string): Promise<void>;
  /** Removes what writers that were killed left unfinished so long ago. */
  sweep(olderThanMs: number): Promise<void>;
}

/** Words, between slashes; so none is `UNFINISHED`. */
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
