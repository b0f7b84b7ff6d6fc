/** Reads the file of `hotpath record`. */

import { inOrder, type RecordedTraffic, ReplayError, type TrafficRequest } from './recorded-traffic.ts';
import { RECORDING_SCHEMA, RECORDING_VERSION, type RecordedRequest, type RecordingHeader } from './recording.ts';

/** Whether the first line of a file is that of a recording. */
export const isRecording = (first: unknown): first is RecordingHeader =>
  (first as Partial<RecordingHeader> | null)?.schema === RECORDING_SCHEMA;

/** @throws {ReplayError} for a version of a later release, a damaged line, or a file without requests. */
export function readRecording(lines: readonly string[], { version }: RecordingHeader): RecordedTraffic {
  if (version > RECORDING_VERSION) {
    throw new ReplayError(`The recording is of version ${version}: a later release of hotpath reads it.`);
  }
  const requests = lines.slice(1).flatMap((line, index) => (line.trim() === '' ? [] : [requestOf(line, index + 2)]));
  if (requests.length === 0) throw new ReplayError('The recording has no request.');
  return { requests: inOrder(requests), notes: [] };
}

function requestOf(line: string, number: number): TrafficRequest {
  const { at, path, route, role, subject, headers = {}, status, ms, statements } = parsed(line, number);
  const viewer = role === undefined ? undefined : { role, subject: subject ?? '' };
  return { at, path, route, viewer, headers, credentials: {}, recorded: { status, ms, statements } };
}

function parsed(line: string, number: number): RecordedRequest {
  try {
    const request = JSON.parse(line) as RecordedRequest;
    if (typeof request.at === 'number' && typeof request.path === 'string' && request.path.startsWith('/'))
      return request;
  } catch {
    // As a line of another form.
  }
  throw new ReplayError(`Line ${number} of the recording is damaged.`);
}
