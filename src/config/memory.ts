/**
 * How much of its heap a process may use before it turns requests away, where `OVERLOAD_HEAP_BYTES` does not say so.
 *
 * A process that exceeds V8's limit is ended by V8, and a container that exceeds its limit by the system. V8 takes half of
 * the container's memory for its limit, and does not know of the other workers, nor of what lies outside the heap: cached
 * answers, code, buffers of sockets.
 */
import { getHeapStatistics } from 'node:v8';

export interface MemoryShare {
  readonly heapBytes: number;
  /** Where the container is too small, a sentence for the operator. */
  readonly warning: string | undefined;
}

export interface MemorySource {
  readonly workers: number;
  /** Of cached answers, which lie outside the heap. */
  readonly cacheBytes: number;
  /** Of the container, in bytes (cgroup v2 or v1, as Node.js reads it). Without a limit it is 0, or more than there is. */
  readonly containerBytes?: number;
  /** V8's limit. */
  readonly heapLimit?: number;
}

const MIB = 2 ** 20;
/** Code, stacks, buffers and whatever else of a process is neither heap nor cache. */
const OUTSIDE_BYTES = 96 * MIB;
/** The service itself takes some 60. With less it would answer nobody. */
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
