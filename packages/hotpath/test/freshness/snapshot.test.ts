import fc from 'fast-check';
import {
  includes,
  isVisible,
  parseSnapshot,
  readSnapshot,
  type Snapshot,
  snapshotText,
  withTransaction,
} from 'hotpath/freshness/snapshot';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabaseUrl } from '../../../../test/support/database.ts';

/** An id beyond 32 bits. No id has only zeros in its lower half. */
const LARGE = 2 ** 40 + 3;

/** Small ids, so that two of them meet; or large ones, beyond 32 bits. */
const snapshots = fc
  .constantFrom(1, LARGE)
  .chain((least) =>
    fc
      .tuple(fc.nat(12), fc.nat(12))
      .chain(([from, length]) =>
        fc
          .subarray(Array.from({ length }, (_, index) => least + from + index))
          .map((xip): Snapshot => ({ xmin: least + from, xmax: least + from + length, xip })),
      ),
  );

/** Every id that any of the snapshots above tells apart. */
const xids = [1, LARGE].flatMap((least) => Array.from({ length: 26 }, (_, index) => least + index));

let client: pg.Client;

beforeAll(async () => {
  client = new pg.Client({ connectionString: await testDatabaseUrl() });
  await client.connect();
});

afterAll(() => client.end());

describe('a snapshot', () => {
  it('sees the transactions that PostgreSQL says it sees', async () => {
    const property = fc.asyncProperty(snapshots, async (snapshot) => {
      const { rows } = await client.query<{ xid: string }>(
        'select xid from unnest($1::xid8[]) as xid where pg_visible_in_snapshot(xid, $2::pg_snapshot) order by xid',
        [xids, snapshotText(snapshot)],
      );
      expect(xids.filter((xid) => isVisible(xid, snapshot))).toEqual(rows.map(({ xid }) => Number(xid)));
    });
    await fc.assert(property, { numRuns: 500 });
  });

  it('is parsed and written like PostgreSQL does', async () => {
    const property = fc.asyncProperty(snapshots, async (snapshot) => {
      const { rows } = await client.query<{ text: string }>('select $1::pg_snapshot::text as text', [
        snapshotText(snapshot),
      ]);
      expect(parseSnapshot(rows[0]!.text)).toEqual(snapshot);
    });
    await fc.assert(property, { numRuns: 200 });
  });

  it('includes another snapshot if everything visible there is visible here', () => {
    const property = fc.property(snapshots, snapshots, (later, earlier) => {
      // Below the least id of either, everything is visible to both.
      const all = Array.from({ length: 30 }, (_, index) => Math.min(later.xmin, earlier.xmin) + index);
      fc.pre(Math.abs(later.xmin - earlier.xmin) < 20);
      const isWithin = all.every((xid) => isVisible(xid, later) || !isVisible(xid, earlier));
      expect(includes(later, earlier)).toBe(isWithin);
    });
    fc.assert(property, { numRuns: 5000 });
  });

  it('with one transaction more sees that one, and otherwise the same', () => {
    const property = fc.property(snapshots, fc.constantFrom(...xids), (seen, xid) => {
      fc.pre(Math.abs(xid - seen.xmax) < 30);
      const more = withTransaction(seen, xid)!;
      expect(readSnapshot(snapshotText(more))).toEqual(more);
      for (const each of xids) expect(isVisible(each, more)).toBe(each === xid || isVisible(each, seen));
    });
    fc.assert(property, { numRuns: 2000 });
    expect(withTransaction({ xmin: 5, xmax: 5, xip: [] }, 206)).toBeUndefined();
  });

  it('lists the parent of a subtransaction, and a subtransaction reports that parent as its id', async () => {
    await client.query('begin');
    const { rows } = await client.query<{ xid: string }>('select pg_current_xact_id() as xid');
    await client.query('savepoint inner_one; create temporary table made_by_the_inner_one ()');
    const inner = await client.query<{ xid: string; own: string }>(
      `select pg_current_xact_id() as xid, xmin as own from pg_class where relname = 'made_by_the_inner_one'`,
    );
    await client.query('rollback');
    expect(inner.rows[0]!.xid).toBe(rows[0]!.xid);
    expect(inner.rows[0]!.own).not.toBe(rows[0]!.xid);
  });

  it.each([
    '',
    '1:2',
    '5:4:',
    '0:1:',
    '1:5:3,2',
    '1:5:5',
    '2:5:1',
    '1:5:2,2',
    '1:99999999999999999:',
    ' 1:2:',
    '1:2:,',
  ])('cannot be "%s"', (text) => {
    expect(readSnapshot(text)).toBeUndefined();
    expect(() => parseSnapshot(text)).toThrow('is no snapshot');
  });
});
