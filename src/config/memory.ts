/**
 * The heap size above which a process refuses requests, if `OVERLOAD_HEAP_BYTES` does not set it.
 *
 * V8 ends a process that exceeds V8's limit, and the system ends a container that exceeds the container's limit. V8's limit
 * is half of the container's memory. V8 does not count the other workers, nor the memory outside the heap: cached answers,
 * code, buffers of sockets.
 */
import { getHeapStatistics } from 'node:v8';

export interface MemoryShare {
  readonly heapBytes: number;
  /** A sentence for the operator, if the container is too small. */
  readonly warning: string | undefined;
}

export interface MemorySource {
  readonly workers: number;
  /** The memory of cached answers, which is outside the heap. */
  readonly cacheBytes: number;
  /**
   * The memory limit of the container, in bytes (cgroup v2 or v1, as Node.js reads it). Without a limit it is 0, or more than
   * the machine's memory.
   */
  readonly containerBytes?: number;
  /** V8's heap limit. */
  readonly heapLimit?: number;
}

const MIB = 2 ** 20;
/** Code, stacks, buffers and all other memory outside the heap and the cache. */
const OUTSIDE_BYTES = 96 * MIB;
/** The service itself takes about 60. With less it could answer no client. */
const SMALLEST_HEAP = 128 * MIB;
const PART = 0.9;

export function memoryOf({
  workers,
  cacheBytes,
  containerBytes = process.constrainedMemory(),
  heapLimit = getHeapStatistics().heap_size_limit,
}: MemorySource): MemoryShare {
  const ofV8 = Math.floor(heapLimit * PART);
  if (containerBytes <= 0 || containerBytes >= Number.MAX_SAFE_INTEGER) return { heapBytes: ofV8, warning: undefined };
  const left = Math.floor((containerBytes / workers - cacheBytes - OUTSIDE_BYTES) * PART);
  const heapBytes = Math.min(ofV8, Math.max(left, SMALLEST_HEAP));
  return { heapBytes, warning: left < SMALLEST_HEAP ? tooSmall(containerBytes, workers, cacheBytes) : undefined };
}

function tooSmall(containerBytes: number, workers: number, cacheBytes: number): string {
  const wanted = workers * (SMALLEST_HEAP / PART + cacheBytes + OUTSIDE_BYTES);
  return `The container has ${inMib(containerBytes)} of memory, and WORKERS=${workers} with CACHE_MEMORY_BYTES=${cacheBytes} may need ${inMib(wanted)}: the system may end the process.`;
}

const inMib = (bytes: number): string => `${Math.ceil(bytes / MIB)} MiB`;
