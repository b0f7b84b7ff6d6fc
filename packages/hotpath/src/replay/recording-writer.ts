/** Writes a bounded sample of traffic as the lines of a recording. */
import { type RecordedRequest, type RecordingHeader, recordedRequest, recordingHeader } from './recording.ts';
import { SecondSample } from './second-sample.ts';
import type { TappedRequest } from './traffic-tap.ts';

export interface RecordingBounds {
  /** Requests. */
  readonly count: number;
  /** Of the file. */
  readonly bytes: number;
  /** Requests of one second. */
  readonly rate: number;
}

/** The result of a recording. */
export interface RecordingSummary {
  readonly requests: number;
  readonly bytes: number;
  /** Requests that the sample left out because of the rate. */
  readonly overRate: number;
  /** Requests with a secret in a parameter. */
  readonly withSecret: number;
  /** Requests with credentials of no known viewer. */
  readonly withCredentials: number;
}

export interface RecordingOptions extends RecordingBounds {
  /** The origin of the service. */
  readonly from: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  write(line: string): void;
}

export class RecordingWriter {
  /** Whether a bound has been reached. */
  isFull = false;
  readonly #options: RecordingOptions;
  readonly #sample: SecondSample<TappedRequest>;
  readonly #left = { secret: 0, credentials: 0 };
  #requests = 0;
  #bytes = 0;

  constructor(options: RecordingOptions) {
    this.#options = options;
    this.#sample = new SecondSample(options.rate);
    this.#write(recordingHeader(options.from, options.startedAt));
  }

  get requests(): number {
    return this.#requests;
  }

  add(request: TappedRequest): void {
    if (request.leftOut) this.#left[request.leftOut] += 1;
    else this.#keep(this.#sample.add(request, request.at + request.ms));
  }

  /** The traffic is complete up to this time. */
  passed(at: number): void {
    this.#keep(this.#sample.passed(at));
  }

  /** Writes the sample of the last second. */
  finish(): RecordingSummary {
    this.#keep(this.#sample.take());
    return {
      requests: this.#requests,
      bytes: this.#bytes,
      overRate: this.#sample.leftOut,
      withSecret: this.#left.secret,
      withCredentials: this.#left.credentials,
    };
  }

  #keep(sampled: readonly TappedRequest[]): void {
    const { count, startedAt } = this.#options;
    for (const request of sampled.toSorted((one, other) => one.at - other.at)) {
      if (this.isFull) return;
      this.isFull = !this.#write(recordedRequest(request, startedAt));
      if (!this.isFull) this.#requests += 1;
      if (this.#requests === count) this.isFull = true;
    }
  }

  /** @returns false, and writes nothing, if the line does not fit. */
  #write(document: RecordedRequest | RecordingHeader): boolean {
    const line = `${JSON.stringify(document)}\n`;
    const size = Buffer.byteLength(line);
    if (this.#bytes + size > this.#options.bytes) return false;
    this.#bytes += size;
    this.#options.write(line);
    return true;
  }
}
