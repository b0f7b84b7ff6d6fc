/**
 * A client of Redis, as far as the library uses it: `Redis` and `Cluster` of ioredis fit. It is told by what it does, so
 * that a service without Redis needs no types of ioredis. Every command has one key.
 */
export interface RedisClient {
  getBuffer(key: string): Promise<Buffer | null>;
  set(key: string, value: string | Buffer, unit: 'PX', ms: number): Promise<unknown>;
  set(key: string, value: string | Buffer, unit: 'PX', ms: number, condition: 'NX'): Promise<unknown>;
  pexpire(key: string, ms: number): Promise<number>;
  eval(script: string, keys: number, ...values: (string | number | Buffer)[]): Promise<unknown>;
  zrevrange(key: string, from: number, to: number, scores: 'WITHSCORES'): Promise<string[]>;
  ping(): Promise<unknown>;
}
