/** Releases: the processes that share entries in Redis, and the name of a release without `RELEASE`. */
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, buildApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { PROJECT } from '../../src/dev/home.ts';
import { sourceRelease } from '../../src/release.ts';
import { testEnvironment } from '../support/app.ts';
import { ask, useInstances } from '../support/instances.ts';
import { useRedisServer } from '../support/redis.ts';

const server = useRedisServer();
const service = useInstances({ count: 1, environment: () => ({ REDIS_URL: server().url }) });

describe('two processes on one Redis', () => {
  const started: App[] = [];
  afterAll(() => Promise.all(started.map((each) => each.close())));

  async function start(environment: Record<string, string>): Promise<App> {
    const given = { ...testEnvironment(service().databaseUrl), REDIS_URL: server().url, ...environment };
    const app = buildApp(loadConfig(given));
    started.push(app);
    await app.ready();
    return app;
  }

  let asked = 0;
  /** The answer of one process to a request that the other has answered before. */
  async function answerOf(second: App, first: App): Promise<string | undefined> {
    asked += 1;
    const url = `/v1/products?fields=id&limit=1&price[gte]=${asked}`;
    await ask(first, url);
    await first.hotpath.cache.settled();
    return (await ask(second, url)).cache;
  }

  it('share entries if they are of one release, named or not, and not otherwise', async () => {
    const [unnamed] = service().apps as [App];
    const [one, same, other] = [
      await start({ RELEASE: '1' }),
      await start({ RELEASE: '1' }),
      await start({ RELEASE: '2' }),
    ];
    expect(await answerOf(await start({}), unnamed)).toBe('l2 hit');
    expect(await answerOf(same, one)).toBe('l2 hit');
    expect(await answerOf(other, one)).toBe('database miss');
    expect(await answerOf(unnamed, one)).toBe('database miss');
  });

  it('share no page with a cursor that one of them would refuse', async () => {
    const secret = 'x'.repeat(32);
    const [one, same] = [await start({ SIGNING_SECRET: secret }), await start({ SIGNING_SECRET: secret })];
    expect(await answerOf(same, one)).toBe('l2 hit');
    expect(await answerOf(service().apps[0]!, one)).toBe('database miss');
  });

  it('of two releases share the list of the most read', async () => {
    const [one, other] = [await start({ RELEASE: 'before' }), await start({ RELEASE: 'after' })];
    const url = '/v1/products?fields=id&limit=7';
    for (let asked = 0; asked < 5; asked += 1) await ask(one, url);
    await one.hotpath.popular!.report(one.hotpath.cache.takeReads(10));
    expect(await other.hotpath.popular!.top(10)).toContain(`${url}\npublic`);
  });
});

describe('a release without a name', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hotpath-release-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  let made = 0;
  /** The name of a project of two files, after a change of them. */
  async function releaseAfter(change: (root: string) => Promise<unknown> = async () => {}): Promise<string> {
    made += 1;
    const root = join(folder, String(made));
    await mkdir(join(root, 'src/domain'), { recursive: true });
    await writeFile(join(root, 'src/app.ts'), 'one');
    await writeFile(join(root, 'src/domain/cache.ts'), 'two');
    await writeFile(join(root, 'package.json'), '{}');
    await change(root);
    return sourceRelease(root);
  }

  it.each([
    ['a byte of a file', (root: string) => writeFile(join(root, 'src/domain/cache.ts'), 'twO')],
    ['the name of a file', (root: string) => rename(join(root, 'src/app.ts'), join(root, 'src/apq.ts'))],
    ['where one file ends', (root: string) => writeFile(join(root, 'src/app.ts'), 'onetwo')],
    ['a file', (root: string) => writeFile(join(root, 'src/more.sql'), '')],
    [
      'a file of a package here',
      async (root: string) => {
        await mkdir(join(root, 'packages/one'), { recursive: true });
        await writeFile(join(root, 'packages/one/index.ts'), '');
      },
    ],
    ['a package', (root: string) => writeFile(join(root, 'package-lock.json'), '{"a":1}')],
  ])('changes after a change of %s', async (_what, change) => {
    expect(await releaseAfter(change)).not.toBe(await releaseAfter());
  });

  it('is the same for a copy elsewhere, whatever files an editor leaves beside it', async () => {
    const release = await releaseAfter();
    expect(await releaseAfter((root) => writeFile(join(root, 'src/.app.ts.swp'), 'x'))).toBe(release);
    const copy = join(folder, 'copy');
    await cp(join(folder, '1'), copy, { recursive: true });
    expect(sourceRelease(copy)).toBe(sourceRelease(join(folder, '1')));
  });

  it('is that of this project, unless another one is named', async () => {
    expect(sourceRelease()).toBe(sourceRelease(PROJECT));
    expect(sourceRelease()).not.toBe(await releaseAfter());
  });

  it('is refused for a folder without sources, because all such folders would have the same name', () => {
    expect(() => sourceRelease(join(PROJECT, '..'))).toThrow('ENOENT');
  });
});
