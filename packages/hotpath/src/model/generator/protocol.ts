/**
 * How Prisma talks to a generator: JSON-RPC over stdin and stderr, one message a line.
 *
 * Prisma's own helper reads lines with `readline`, which also ends a line at U+2028, a character that a comment or a
 * name of a schema may contain. Here only a line feed ends a line.
 */
import type { GeneratorManifest, GeneratorOptions } from '@prisma/generator-helper';

export interface GeneratorHandler {
  manifest(): GeneratorManifest;
  /** If it throws, `prisma generate` prints the error and fails. */
  generate(options: GeneratorOptions): void;
}

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: unknown;
}

export async function serveGenerator(handler: GeneratorHandler): Promise<void> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    const lines = `${text}${chunk}`.split('\n');
    text = lines.pop()!;
    for (const line of lines) process.stderr.write(`${JSON.stringify(reply(handler, JSON.parse(line)))}\n`);
  }
}

function reply(handler: GeneratorHandler, { id, method, params }: Request): object {
  try {
    return { jsonrpc: '2.0', id, result: answer(handler, method, params) };
  } catch (error) {
    const { message, stack } = error as Error;
    return { jsonrpc: '2.0', id, error: { code: -32_000, message, data: { stack } } };
  }
}

function answer(handler: GeneratorHandler, method: string, params: unknown): unknown {
  if (method === 'getManifest') return { manifest: handler.manifest() };
  return handler.generate(params as GeneratorOptions) ?? null;
}
