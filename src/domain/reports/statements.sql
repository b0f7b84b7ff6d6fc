-- GET /v1/reports/:id

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
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
  WHERE "report"."id" = $1
  ORDER BY "report"."id" ASC
  LIMIT 1
);

-- GET /v1/users/:id/reports

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
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
);
