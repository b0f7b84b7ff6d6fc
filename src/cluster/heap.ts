/** How much heap a worker may have: the workers of a container share what Node.js would let one process have. */

/** What a process of the service needs at the least to work well. */
export const SMALLEST_HEAP_MB = 128;

export interface HeapShare {
  /** For each worker, in megabytes. */
  readonly megabytes: number;
  /** What the worker is started with. */
  readonly execArgv: readonly string[];
}

export interface HeapLimits {
  readonly workers: number;
  /** Of the container, in bytes; 0 where there is none. */
  readonly limitBytes: number;
  /** What Node.js has been told already: its arguments and `NODE_OPTIONS`. */
  readonly told: string;
}

/**
 * Half of the container's memory, in shares: one more than there are workers, for one is there twice during a restart.
 * @returns nothing where there is no limit, or where somebody has said how large the heap may be.
 */
export function heapShare({ workers, limitBytes, told }: HeapLimits): HeapShare | undefined {
  if (limitBytes <= 0 || limitBytes >= UNLIMITED_BYTES || /--max[-_]old[-_]space[-_]size/.test(told)) return undefined;
  const megabytes = Math.max(SMALLEST_HEAP_MB / 2, Math.floor(limitBytes / 2 / (workers + 1) / 2 ** 20));
  return { megabytes, execArgv: [`--max-old-space-size=${megabytes}`] };
}

/** Node.js gives a number beyond all memory where the system sets no limit. */
const UNLIMITED_BYTES = 2 ** 50;
