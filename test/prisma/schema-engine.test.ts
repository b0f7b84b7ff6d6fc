import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { adminUrl } from '../support/database.ts';
import { ENGINE, request, talk } from './support.ts';

const require = createRequire(import.meta.url);

describe('the schema engine', () => {
  it('has the version of the installed Prisma CLI', () => {
    const { version } = require('@prisma/engines-version/package.json');
    const { devDependencies } = require('../../package.json');
    expect(devDependencies['@prisma/schema-engine-wasm']).toBe(version);
    expect(devDependencies.prisma).toBe(require('prisma/package.json').version);
  });

  it('answers requests in their order, then ends with its stdin', async () => {
    const slow = request(1, 'dbExecute', { datasourceType: { tag: 'url', url: '' }, script: 'select pg_sleep(0.2)' });
    const { messages, code } = await talk([slow, request(2, 'getDatabaseVersion')]);
    expect(messages).toEqual([
      { jsonrpc: '2.0', id: 1, result: {} },
      { jsonrpc: '2.0', id: 2, result: expect.stringContaining('PostgreSQL') },
    ]);
    expect(code).toBe(0);
  });

  it('finishes the running request at a signal to end, and starts no other', async () => {
    const child = spawn(ENGINE, ['--datasource', JSON.stringify({ url: adminUrl() })], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    child.stdin.write(
      `${request(1, 'dbExecute', { datasourceType: { tag: 'url', url: '' }, script: 'select pg_sleep(0.5)' })}\n`,
    );
    child.stdin.write(`${request(2, 'getDatabaseVersion')}\n`);
    // The engine writes the line when it starts, which it does for the first request.
    for await (const text of child.stderr) if (String(text).includes('Starting')) break;
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(lines.map((line) => JSON.parse(line).id)).toEqual([1]);
  });

  it('refuses an invalid request, ignores replies, and goes on', async () => {
    const reply = JSON.stringify({ jsonrpc: '2.0', id: 'print-1', result: {} });
    const { messages, code } = await talk([
      '{"jsonrpc":',
      '[]',
      reply,
      request(3, 'constructor'),
      request(4, 'getDatabaseVersion'),
    ]);
    expect(messages).toEqual([
      { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'Parse error' } },
      { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'Invalid Request' } },
      { jsonrpc: '2.0', id: 3, error: { code: -32601, message: 'Method not found' } },
      { jsonrpc: '2.0', id: 4, result: expect.stringContaining('PostgreSQL') },
    ]);
    expect(code).toBe(0);
  });

  it('treats a request with a line separator, as a name or a comment of a schema may have it, as one', async () => {
    const script = "select 'a\u2028b' -- \u2029";
    const { messages } = await talk([request(1, 'dbExecute', { datasourceType: { tag: 'url', url: '' }, script })]);
    expect(messages).toEqual([{ jsonrpc: '2.0', id: 1, result: {} }]);
  });

  it('reports a panic, and does not use the engine again', async () => {
    const { messages, code } = await talk([request(1, 'debugPanic'), request(2, 'getDatabaseVersion')]);
    const error = {
      code: 4466,
      message: expect.stringContaining('artificial panic'),
      data: expect.objectContaining({ is_panic: true }),
    };
    expect(messages).toEqual([1, 2].map((id) => ({ jsonrpc: '2.0', id, error })));
    expect(code).toBe(0);
  });

  it('names the Prisma error of an unreachable database, at every request', async () => {
    const { messages } = await talk(
      [request(1, 'reset'), request(2, 'getDatabaseVersion')],
      'postgresql://u@localhost:1/d',
    );
    expect(messages).toEqual(
      [1, 2].map((id) =>
        expect.objectContaining({
          id,
          error: expect.objectContaining({ data: expect.objectContaining({ error_code: 'P1001', is_panic: false }) }),
        }),
      ),
    );
  });
});
