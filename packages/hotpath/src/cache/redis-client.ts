/**
 * The part of a Redis client that the library uses: `Redis` and `Cluster` of ioredis fit. The type names commands and
 * not ioredis, so that a service without Redis needs no types of it. Every command has one key.
 */
export interface RedisClient {
  getBuffer(key: string): Promise<Buffer | null>;
  set(key: string, value: string | Buffer, unit: 'PX', ms: number): Promise<unknown>;
  set(key: string, value: string | Buffer, unit: 'PX', ms: number, condition: 'NX'): Promise<unknown>;
  pexpire(key: string, ms: number): Promise<number>;
  defineCommand(name: string, script: { readonly numberOfKeys: number; readonly lua: string }): void;
  zrevrange(key: string, from: number, to: number, scores: 'WITHSCORES'): Promise<string[]>;
  ping(): Promise<unknown>;
}

/** A script as a command of the client: its key, then its arguments. */
export type ScriptCommand = (key: string, ...values: (string | number | Buffer)[]) => Promise<unknown>;

/** Defines a script of one key as a command of the client, which sends the script by its hash. @returns the command. */
export function scriptCommand(client: RedisClient, name: string, lua: string): ScriptCommand {
  client.defineCommand(name, { numberOfKeys: 1, lua });
  return (key, ...values) => (client as unknown as Record<string, ScriptCommand>)[name]!(key, ...values);
}
