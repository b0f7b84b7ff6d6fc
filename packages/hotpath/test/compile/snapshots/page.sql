WITH "the page" AS (
  SELECT
    "transaction"."id",
    "transaction"."created_at"
  FROM "transactions" AS "transaction"
  WHERE "transaction"."user_id" = $1
  ORDER BY "transaction"."created_at" DESC, "transaction"."id" DESC
  LIMIT 3
)
SELECT
  to_json(ARRAY(
    SELECT "row".*::record
    FROM (
      SELECT "transaction"."id"
      FROM "the page" AS "transaction"
      LIMIT 2
    ) AS "row"
  ))::text AS "json",
  (
    SELECT json_build_array("transaction"."created_at"::text, "transaction"."id"::text)
    FROM "the page" AS "transaction"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 2)
    LIMIT 1 OFFSET 1
  )::text AS "next",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation"