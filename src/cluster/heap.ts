/** The heap limit of a worker: the workers of a container share the heap that Node.js would give to one process. */

/** The smallest heap with which a process of the service works well. */
export const SMALLEST_HEAP_MB = 128;

export interface HeapShare {
  /** Of each worker, in megabytes. */
  readonly megabytes: number;
  /** The arguments of Node.js for a worker. */
  readonly execArgv: readonly string[];
}

export interface HeapLimits {
  readonly workers: number;
  /** The memory of the container, in bytes; 0 without a limit. */
  readonly limitBytes: number;
  /** The options that Node.js already has: its arguments and `NODE_OPTIONS`. */
  readonly nodeOptions: string;
}

/**
 * Half of the container's memory, divided by the number of workers plus one: during a restart one more worker runs.
 * @returns undefined without a memory limit, or if the operator has set the heap size.
 */
export function heapShare({ workers, limitBytes, nodeOptions }: HeapLimits): HeapShare | undefined {
  if (limitBytes <= 0 || limitBytes >= UNLIMITED_BYTES || /--max[-_]old[-_]space[-_]size/.test(nodeOptions))
    return undefined;
  const megabytes = Math.max(SMALLEST_HEAP_MB / 2, Math.floor(limitBytes / 2 / (workers + 1) / 2 ** 20));
  return { megabytes, execArgv: [`--max-old-space-size=${megabytes}`] };
}

/** Without a limit of the system, Node.js reports a number larger than any memory. */
const UNLIMITED_BYTES = 2 ** 50;
