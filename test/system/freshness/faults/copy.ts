/**
 * A copy of the database, with an instance of its own that shares Redis with the others. The copy is made while the
 * service runs, as an operator makes one for staging: no session may be connected for a moment, so requests fail then.
 * Neither database's instance answers with data of the other.
 */
import { setTimeout as rest } from 'node:timers/promises';
import type pg from 'pg';
import { withDatabase } from '../../../support/template.ts';
import { BOUND_MS } from '../bounds.ts';
import type { Ground, Instance } from '../ground.ts';
import { shownIn } from '../journal.ts';
import { type CheckStage, placeOf } from '../stage.ts';
import { MARK_AS_COPY, type Page } from '../world.ts';
import { type Fault, withSession } from './fault.ts';

const READ_MS = 3000;

export const copyFault: Fault = async (stage) => {
  const { ground } = stage;
  await using stack = new AsyncDisposableStack();
  const admin = await ground.database.asAdmin(stack);
  const name = `${nameOf(ground)}_copy`;
  stack.defer(async () => void (await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)));
  ground.isCopied = true;
  stack.defer(() => {
    ground.isCopied = false;
  });
  await ground.writing.hold(() => makeCopy(stage, admin, name));
  const url = withDatabase(ground.database.url, name);
  await withSession(url, (client) => client.query(MARK_AS_COPY));
  const instance = await ground.startOn(stack, withDatabase(ground.proxy.url, name));
  await readCopy(stage, instance);
};

const nameOf = ({ database }: Ground): string => new URL(database.url).pathname.slice(1);

async function makeCopy(stage: CheckStage, admin: pg.Client, name: string): Promise<void> {
  const { ground } = stage;
  const original = nameOf(ground);
  // An answer that is served while the database is away then holds the last commit.
  await rest(2 * BOUND_MS);
  ground.isAway = true;
  await ground.database.reconnect();
  try {
    await admin.query(`ALTER DATABASE ${original} ALLOW_CONNECTIONS false`);
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [original]);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${original} STRATEGY file_copy`);
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  } finally {
    await admin.query(`ALTER DATABASE ${original} ALLOW_CONNECTIONS true`);
  }
  await Promise.all(ground.instances.map((instance) => untilBack(stage, instance)));
  ground.isAway = false;
}

/** A token that names no snapshot leads to the database. */
async function untilBack({ ground, pages }: CheckStage, { address }: Instance): Promise<void> {
  const [page] = pages;
  const headers = { ...ground.headersFor(page!), 'consistency-token': 'none' };
  const isBack = async () => {
    const reply = await ground.ask({ address, path: page!.path, headers }).catch(() => undefined);
    return reply?.status === 200;
  };
  while (!(await isBack())) await rest(20);
}

/** Reads every page of the copy, again and again, while its rows change as those of the original do. */
async function readCopy({ ground, pages, tally }: CheckStage, instance: Instance): Promise<void> {
  const random = ground.random.fork();
  const endAt = performance.now() + READ_MS;
  while (performance.now() < endAt) {
    const page: Page = random.pickEarly(pages);
    const asked = { address: instance.address, path: page.path, headers: ground.headersFor(page) };
    const { status, body, cache } = await ground.ask(asked);
    tally.reads += 1;
    if (status >= 500) tally.failures.push(`GET ${page.path}, of the copy: ${status} ${body}`);
    for (const cell of shownIn(body).keys()) {
      const where = placeOf(ground, { path: page.path, instance: instance.index, cache });
      tally.stale.push({ cell, is: 'of another database', shown: undefined, wanted: 0, ...where });
    }
  }
}
