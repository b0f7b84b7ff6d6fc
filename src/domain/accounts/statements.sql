-- GET /v1/users/:id

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "user"."id",
    "user"."email",
    "user"."name",
    "user"."avatar_url",
    "user"."version"
  FROM "users" AS "user"
  WHERE "user"."id" = $1
  ORDER BY "user"."id" ASC
  LIMIT 1
);

-- GET /v1/users

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "user"."id",
    "user"."email",
    "user"."name",
    "user"."avatar_url"
  FROM "users" AS "user"
  ORDER BY "user"."id" ASC
  LIMIT 21
);
