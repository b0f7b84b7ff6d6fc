/** Reads a file of traffic, whatever program wrote it: `hotpath record`, GoReplay, or a browser (HAR). */
import { readFile, stat } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { isGoReplay, readGoReplay } from './read-goreplay.ts';
import { isHar, readHar } from './read-har.ts';
import { isRecording, readRecording } from './read-recording.ts';
import { type RecordedTraffic, ReplayError } from './recorded-traffic.ts';

const MOST_BYTES = 256 * 1024 * 1024;

/**
 * @param origin of the requests of a HAR file.
 * @throws {ReplayError} for a file that cannot be read, is of no known form, or has no GET request.
 */
export async function readTraffic(file: string, origin?: string): Promise<RecordedTraffic> {
  const text = await textOf(file);
  if (isGoReplay(text)) return readGoReplay(text);
  const lines = text.split('\n');
  const first = parsed(lines[0]!);
  if (isRecording(first)) return readRecording(lines, first);
  const document = first ?? parsed(text);
  if (isHar(document)) return readHar(document, origin);
  throw new ReplayError(`${file} is neither a recording of hotpath, nor a file of GoReplay, nor a HAR file.`);
}

async function textOf(file: string): Promise<string> {
  try {
    if ((await stat(file)).size > MOST_BYTES) throw new Error('it is larger than 256 MiB.');
    const bytes = await readFile(file);
    const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return (isCompressed ? gunzipSync(bytes, { maxOutputLength: MOST_BYTES }) : bytes).toString();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new ReplayError(`There is no file ${file}.`);
    throw new ReplayError(`${file} cannot be read: ${message}`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
