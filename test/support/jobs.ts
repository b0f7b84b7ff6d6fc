/** A queue under test: what waits in it, and the folders that its jobs write to. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';

export interface Folders {
  readonly MAIL_DIRECTORY: string;
  readonly FILES_DIRECTORY: string;
}

/** Folders of a test file's own, as variables of the configuration. */
export async function folders(): Promise<Folders> {
  const root = await mkdtemp(join(tmpdir(), 'hotpath-jobs-'));
  afterAll(() => rm(root, { recursive: true, force: true }));
  return { MAIL_DIRECTORY: join(root, 'mail'), FILES_DIRECTORY: join(root, 'files') };
}

/** The mails that were laid down, each as its file's text. */
export async function mailsIn({ MAIL_DIRECTORY }: Folders): Promise<string[]> {
  const names = await readdir(MAIL_DIRECTORY).catch(() => []);
  const whole = names.filter((name) => name.endsWith('.eml')).sort();
  return Promise.all(whole.map((name) => readFile(join(MAIL_DIRECTORY, name), 'utf8')));
}

type Sql = <Row extends object>(text: string, values?: unknown[]) => Promise<Row[]>;

/** Waits until nothing waits in the queue, or runs. Dead jobs stay, and are what it returns. */
export async function queueDone(sql: Sql): Promise<{ job: string; lastError: string }[]> {
  await expect
    .poll(
      () =>
        sql(`select task_identifier, attempts, last_error from graphile_worker.jobs
             where locked_at is not null or attempts < max_attempts`),
      { timeout: 15_000, interval: 20 },
    )
    .toEqual([]);
  return sql('select task_identifier as job, last_error as "lastError" from graphile_worker.jobs order by id');
}
