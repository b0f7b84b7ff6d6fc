/** The statements that read the rows of a report. Their columns are text, and the oldest row comes first. */
import type { ReportKind } from '#client';

export interface ReportSource {
  readonly header: readonly string[];
  readonly rows: string;
  readonly count: string;
  readonly values: readonly unknown[];
}

export interface ReportScope {
  readonly userId: number;
  readonly deviceId?: number;
  readonly since?: string;
  readonly until?: string;
}

export const reportSource = (kind: ReportKind, asked: ReportScope): ReportSource => SOURCES[kind](asked);

const time = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** The rows of one key within a window; either end may be open. */
const within = (key: string, at: string): string =>
  `WHERE ${key} = $1 AND ${at} >= coalesce($2::timestamptz, '-infinity') AND ${at} < coalesce($3::timestamptz, 'infinity')`;

const TRANSACTIONS = `FROM transactions ${within('user_id', 'created_at')}`;
const READINGS = `FROM readings ${within('device_id', 'timestamp')}`;

const SOURCES: Readonly<Record<ReportKind, (asked: ReportScope) => ReportSource>> = {
  transactions: ({ userId, since = null, until = null }) => ({
    header: ['id', 'createdAt', 'status', 'amount', 'currency', 'merchant', 'category', 'description', 'reference'],
    rows: `SELECT id::text, ${time('created_at')}, status::text, amount::text, currency::text,
      (SELECT merchant.name FROM merchants AS merchant WHERE merchant.id = merchant_id),
      (SELECT category.name FROM categories AS category, merchants AS merchant
       WHERE merchant.id = merchant_id AND category.id = merchant.category_id),
      description, reference
      ${TRANSACTIONS} ORDER BY created_at, id`,
    count: `SELECT count(*)::int AS count ${TRANSACTIONS}`,
    values: [userId, since, until],
  }),
  readings: ({ deviceId, since = null, until = null }) => ({
    header: ['timestamp', 'temperature', 'humidity', 'battery', 'receivedAt'],
    rows: `SELECT ${time('timestamp')}, temperature::text, humidity::text, battery::text, ${time('received_at')}
      ${READINGS} ORDER BY timestamp`,
    count: `SELECT count(*)::int AS count ${READINGS}`,
    values: [deviceId, since, until],
  }),
};
