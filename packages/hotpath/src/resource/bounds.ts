/** Bounds: the limits of one request, checked before any SQL runs. A resource may set its own. */
export interface Bounds {
  /** Levels of `fields`: 1 is the resource's own fields; 4 by default. */
  readonly depth: number;
  /** Names in `fields`, on all levels together; 64 by default. */
  readonly fields: number;
  /** Rows of one list, embedded ones included; 100 by default. */
  readonly rowsPerList: number;
  /** Rows of all lists together, if every list were full; 2000 by default. */
  readonly rowsInTotal: number;
  /** Values in one `[in]`; 50 by default. */
  readonly valuesPerFilter: number;
  /** Bytes of one parameter's value, where a cursor may be longer; 1024 by default. */
  readonly bytesPerValue: number;
  /** Rows that `page` may skip; 10000 by default. */
  readonly skippedRows: number;
}

/** The bounds of a resource that declares no others. */
export const DEFAULT_BOUNDS: Bounds = Object.freeze({
  depth: 4,
  fields: 64,
  rowsPerList: 100,
  rowsInTotal: 2000,
  valuesPerFilter: 50,
  bytesPerValue: 1024,
  skippedRows: 10_000,
});
