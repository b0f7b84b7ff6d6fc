-- GET /v1/reports/:id

SELECT
  to_json((
    SELECT "row".*::record
    FROM (
      SELECT
        "report"."id",
        "report"."kind",
        "report"."status",
        "report"."parameters",
        "report"."progress",
        "report"."rows",
        "report"."link",
        "report"."error",
        to_char("report"."expires_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "expiresAt",
        to_char("report"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt"
      FROM "reports" AS "report"
      WHERE "report"."id" = $1
      ORDER BY "report"."id" ASC
      LIMIT 1
    ) AS "row"
  ))::text AS "json",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/users/:id/reports

WITH "the page" AS (
  SELECT
    "report"."id",
    "report"."kind",
    "report"."status",
    "report"."parameters",
    "report"."progress",
    "report"."rows",
    "report"."link",
    "report"."error",
    "report"."expires_at",
    "report"."created_at"
  FROM "reports" AS "report"
  WHERE "report"."user_id" = $1
  ORDER BY "report"."created_at" DESC, "report"."id" DESC
  LIMIT 21
)
SELECT
  to_json(ARRAY(
    SELECT "row".*::record
    FROM (
      SELECT
        "report"."id",
        "report"."kind",
        "report"."status",
        "report"."parameters",
        "report"."progress",
        "report"."rows",
        "report"."link",
        "report"."error",
        to_char("report"."expires_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "expiresAt",
        to_char("report"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt"
      FROM "the page" AS "report"
      LIMIT 20
    ) AS "row"
  ))::text AS "json",
  (
    SELECT json_build_array("report"."created_at"::text, "report"."id"::text)
    FROM "the page" AS "report"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 20)
    LIMIT 1 OFFSET 19
  )::text AS "next",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";
