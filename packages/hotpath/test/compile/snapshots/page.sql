SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "transaction"."id",
    "transaction"."created_at"
  FROM "transactions" AS "transaction"
  WHERE "transaction"."user_id" = $1
  ORDER BY "transaction"."created_at" DESC, "transaction"."id" DESC
  LIMIT 3
)