import { RecordingWriter } from 'hotpath/replay/recording-writer';
import type { TappedRequest } from 'hotpath/replay/traffic-tap';
import { describe, expect, it } from 'vitest';

const request = (at: number, more: Partial<TappedRequest> = {}): TappedRequest => ({
  ...{ id: at, keptBytes: 0, at, path: `/${at}`, route: '/:id', viewer: undefined, headers: {}, status: 200 },
  ...{ ms: 1, statements: 1, leftOut: undefined },
  ...more,
});

function writer(bounds: { count?: number; bytes?: number; rate?: number } = {}) {
  const lines: string[] = [];
  const most = { count: 1000, bytes: 100_000, rate: 1000, ...bounds };
  const write = (line: string) => void lines.push(line);
  return { lines, recording: new RecordingWriter({ ...most, from: 'http://shop.test', startedAt: 0, write }) };
}

describe('a recording', () => {
  it('is a header and a line for each request, without the fields that are unknown', () => {
    const { lines, recording } = writer();
    recording.add(request(12.345, { viewer: { role: 'user', subject: '7' }, headers: { accept: 'text/csv' } }));
    recording.add(request(20));
    recording.finish();
    const header = { schema: 'hotpath-recording', version: 1, recordedAt: '1970-01-01T00:00:00.000Z' };
    const usual = { route: '/:id', status: 200, ms: 1, statements: 1 };
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { ...header, from: 'http://shop.test' },
      { ...usual, at: 12.35, path: '/12.345', role: 'user', subject: '7', headers: { accept: 'text/csv' } },
      { ...usual, at: 20, path: '/20' },
    ]);
  });

  it('ends at its number of requests', () => {
    const { lines, recording } = writer({ count: 2 });
    for (const at of [1, 2, 3]) recording.add(request(at));
    expect([recording.isFull, recording.finish().requests, lines.length]).toEqual([false, 2, 3]);
    expect(recording.isFull).toBe(true);
  });

  it('has no more bytes than it may, and no part of a line', () => {
    const { lines, recording } = writer({ bytes: 400 });
    for (const at of [1, 2, 3, 4, 5, 6]) recording.add(request(at));
    const { bytes, requests } = recording.finish();
    expect(bytes).toBe(Buffer.byteLength(lines.join('')));
    expect([bytes <= 400, requests < 6, lines.length - 1, lines.every((line) => line.endsWith('\n'))]).toEqual([
      ...[true, true, requests, true],
    ]);
  });

  it('takes a sample of each second, and counts the rest', () => {
    const { lines, recording } = writer({ rate: 3 });
    for (let at = 0; at < 5000; at += 100) recording.add(request(at));
    const { requests, overRate } = recording.finish();
    const seconds = lines.slice(1).map((line) => Math.floor(JSON.parse(line).at / 1000));
    expect([requests, overRate, seconds]).toEqual([15, 35, [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]]);
  });

  it('writes the sample of a second when the second has passed', () => {
    const { lines, recording } = writer();
    recording.add(request(500));
    recording.passed(999);
    expect(lines.length).toBe(1);
    recording.passed(1000);
    expect(lines.length).toBe(2);
  });

  it('counts the requests that it cannot have', () => {
    const { lines, recording } = writer();
    for (const leftOut of ['secret', 'secret', 'credentials'] as const)
      recording.add(request(1, { path: '', leftOut }));
    expect(recording.finish()).toMatchObject({ requests: 0, withSecret: 2, withCredentials: 1 });
    expect(lines.length).toBe(1);
  });
});
