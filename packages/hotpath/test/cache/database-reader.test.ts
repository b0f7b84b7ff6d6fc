/** The count of a reader that reads twice, because the first answer came from a server that the address no longer leads to. */
import { DatabaseReader } from 'hotpath/cache/database-reader';
import type { ReadResult } from 'hotpath/cache/entry';
import type { Query } from 'hotpath/cache/query';
import type { Follower } from 'hotpath/freshness/follower';
import { describe, expect, it } from 'vitest';

const answerOf = (incarnation: string): ReadResult => ({
  ...{ status: 200, body: incarnation, etag: '', link: '', tags: [], snapshot: '5:5:', incarnation },
});

/** @param moves whether the follower finds the address to lead to another server than the read's. */
async function read(moves: boolean): Promise<string[]> {
  const steps: string[] = [];
  const servers = ['former', 'present'];
  const follower = {
    ...{ epoch: 'epoch', incarnation: 'present' },
    doubt: async (incarnation: string) => {
      steps.push(`doubt of ${incarnation}`);
      return !moves;
    },
  } as unknown as Follower;
  const source = {
    load: async () => {
      steps.push(`read of ${servers[0]}`);
      return answerOf(servers.shift()!);
    },
    setAside: () => steps.push('set aside'),
  };
  const query = { key: 'k', policy: { ttl: 60 }, tables: [], source } as unknown as Query;
  await new DatabaseReader({ follower, fills: { atOnce: 1, waiting: 0 } }).read(query);
  return steps;
}

describe('an answer of another server than the one that the follower follows', () => {
  it('does not count, if the same read is sent again', async () => {
    expect(await read(true)).toEqual(['read of former', 'doubt of former', 'set aside', 'read of present']);
  });

  it('counts, if it is used', async () => {
    expect(await read(false)).toEqual(['read of former', 'doubt of former']);
  });
});
