/**
 * nginx as a shared cache before the service, as a CDN would be: it keeps what `s-maxage` lets it keep, asks again by
 * ETag, and is purged by `Surrogate-Key`. Plain nginx has no command for a purge, but it keeps an answer in one file, with
 * the headers that it came with, and it fetches an answer again whose file is gone.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { freePort } from './free-port.ts';
import { programOf } from './program.ts';

export interface SharedCache {
  /** Asks through nginx. @param headers of the request. */
  ask(path: string, headers?: Record<string, string>): Promise<Kept>;
  /** Throws away every answer whose `Surrogate-Key` has the tag. @returns how many there were. */
  purge(tag: string): Promise<number>;
  stop(): Promise<void>;
}

export interface Kept {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Decompressed. */
  readonly body: string;
  /** The action of nginx: `MISS`, `HIT`, `EXPIRED` (fetched again), `REVALIDATED` (kept by a 304). */
  readonly kept: string;
}

/** @param ports of the instances, which nginx asks in turn. */
export async function openSharedCache(ports: readonly number[]): Promise<SharedCache> {
  const program = await programOf({
    names: ['nginx'],
    debianPackage: 'nginx-light',
    advice: 'These tests need nginx: install it (apt-get install nginx-light, brew install nginx).',
  });
  const [folder, port] = await Promise.all([mkdtemp(join(tmpdir(), 'hotpath-nginx-')), freePort()]);
  await writeFile(join(folder, 'nginx.conf'), settings({ folder, port, ports }));
  const child = await listening(program, folder, port);
  return {
    ask: (path, headers = {}) => ask(port, path, headers),
    purge: (tag) => purge(join(folder, 'kept'), tag),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const end = once(child, 'exit');
        child.kill('SIGTERM');
        await end;
      }
      await rm(folder, { recursive: true });
    },
  };
}

interface Place {
  readonly folder: string;
  readonly port: number;
  readonly ports: readonly number[];
}

/** One process, so that nothing outlives it. */
const settings = ({ folder, port, ports }: Place): string => `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 256; }
http {
  access_log off;
${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `  ${name}_temp_path ${folder}/${name};`).join('\n')}
  proxy_cache_path ${folder}/kept keys_zone=answers:1m inactive=1h use_temp_path=off;
  upstream instances {
${ports.map((each) => `    server 127.0.0.1:${each};`).join('\n')}
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://instances;
      proxy_cache answers;
      proxy_cache_key $request_uri;
      proxy_cache_revalidate on;
      add_header X-Kept $upstream_cache_status always;
    }
  }
}
`;

async function listening(program: string, folder: string, port: number): Promise<ChildProcess> {
  const child = spawn(program, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (words: string) => {
    log += words;
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`nginx ended with ${code}:\n${log}`);
  });
  ended.catch(() => {});
  const answers = async () => {
    for (;;) {
      const isThere = await ask(port, '/', {}).then(
        () => true,
        () => false,
      );
      if (isThere) return;
      await delay(20);
    }
  };
  await Promise.race([ended, answers()]);
  return child;
}

function ask(port: number, path: string, headers: Record<string, string>): Promise<Kept> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers, agent: false }, async (reply) => {
      const bytes = await buffer(reply);
      const body = String(reply.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes);
      resolve({ status: reply.statusCode!, headers: reply.headers, body, kept: String(reply.headers['x-kept']) });
    });
    asked.on('error', reject).end();
  });
}

/** A kept file begins with a header of nginx; then come the key and the headers of the answer. */
async function purge(folder: string, tag: string): Promise<number> {
  let purged = 0;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const tags = /^surrogate-key: (.*)$/im
      .exec(await readFile(path, 'latin1'))?.[1]
      ?.trim()
      .split(' ');
    if (!tags?.includes(tag)) continue;
    await rm(path);
    purged += 1;
  }
  return purged;
}
