/** Bounds: the limits of one request, checked before any SQL runs. A resource may set its own. */
export interface Bounds {
  /** Levels of `fields`: 1 is the resource's own fields. */
  readonly depth: number;
  /** Names in `fields`, on all levels together. */
  readonly fields: number;
  /** Rows of one list, embedded ones included. */
  readonly rowsPerList: number;
  /** Rows of all lists together, if every list were full. */
  readonly rowsInTotal: number;
  /** Values in one `[in]`. */
  readonly valuesPerFilter: number;
  /** Bytes of one parameter's value. */
  readonly bytesPerValue: number;
  /** Rows that `page` may skip. */
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
