/** The bounds of what an inspector keeps in memory. */
export interface InspectorBounds {
  /** Requests. */
  readonly requests: number;
  /** Of memory, for all requests with their details; an estimate. */
  readonly bytes: number;
  /** After so many milliseconds a request is forgotten. */
  readonly ageMs: number;
  /**
   * Answers from memory that are kept with their details, in a second. Of those beyond, most are counted alone, so that the
   * fastest requests stay fast. Requests that send statements, or warn in the log, always have details.
   */
  readonly detailsPerSecond: number;
}

const MEBIBYTE = 1024 * 1024;

export const INSPECTOR_BOUNDS: InspectorBounds = Object.freeze({
  requests: 1000,
  bytes: 16 * MEBIBYTE,
  ageMs: 900_000,
  detailsPerSecond: 20,
});
