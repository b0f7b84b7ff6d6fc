/**
 * The notifications of the check are a partitioned table, so that writers write to it and to its partitions. One partition
 * has another order of columns. Between 1000 and 2000 the fault `partitions` has partitions of its own; jobs get larger ids.
 */
import type { Cell } from './journal.ts';

/** To be run while the table has no rows. */
export const PARTITION_NOTIFICATIONS = `
  ALTER TABLE notifications RENAME TO notifications_of_before;
  CREATE TABLE notifications (LIKE notifications_of_before INCLUDING DEFAULTS, CONSTRAINT notifications_key PRIMARY KEY (id),
    FOREIGN KEY (user_id) REFERENCES users ON UPDATE CASCADE ON DELETE CASCADE) PARTITION BY RANGE (id);
  CREATE INDEX ON notifications (user_id, created_at DESC, id DESC);
  ALTER SEQUENCE notifications_id_seq OWNED BY notifications.id;
  DROP TABLE notifications_of_before;
  CREATE TABLE notifications_low PARTITION OF notifications FOR VALUES FROM (MINVALUE) TO (11);
  CREATE TABLE notifications_high (
    created_at timestamptz(3) NOT NULL DEFAULT now(), version integer NOT NULL DEFAULT 1, read_at timestamptz(3), data jsonb NOT NULL DEFAULT '{}',
    body text NOT NULL, title varchar(160) NOT NULL, kind notification_kind NOT NULL, user_id integer NOT NULL, id integer NOT NULL
  );
  ALTER TABLE notifications ATTACH PARTITION notifications_high FOR VALUES FROM (11) TO (1000);
  CREATE TABLE notifications_of_jobs PARTITION OF notifications FOR VALUES FROM (2000) TO (MAXVALUE);
  SELECT hotpath.log_partitions('notifications')`;

export const PARTITIONS = ['notifications_low', 'notifications_high'] as const;

/** The partition that has a notification of the writers. */
export const partitionOf = ({ id }: Cell): string => PARTITIONS[id < 11 ? 0 : 1];
