-- GET /v1/users/:id

WITH "the row" AS (
  SELECT
    "user"."id",
    "user"."email",
    "user"."name",
    "user"."avatar_url",
    "user"."version"
  FROM "users" AS "user"
  WHERE "user"."id" = $1
  ORDER BY "user"."id" ASC
  LIMIT 1
)
SELECT
  to_json((
    SELECT "row".*::record
    FROM (
      SELECT
        "user"."id",
        "user"."email",
        "user"."name",
        "user"."avatar_url" AS "avatarUrl"
      FROM "the row" AS "user"
    ) AS "row"
  ))::text AS "json",
  (
    SELECT "user"."version"
    FROM "the row" AS "user"
  )::text AS "version",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/users

WITH "the page" AS (
  SELECT
    "user"."id",
    "user"."email",
    "user"."name",
    "user"."avatar_url"
  FROM "users" AS "user"
  ORDER BY "user"."id" ASC
  LIMIT 21
)
SELECT
  to_json(ARRAY(
    SELECT "row".*::record
    FROM (
      SELECT
        "user"."id",
        "user"."email",
        "user"."name",
        "user"."avatar_url" AS "avatarUrl"
      FROM "the page" AS "user"
      LIMIT 20
    ) AS "row"
  ))::text AS "json",
  (
    SELECT json_build_array("user"."id"::text)
    FROM "the page" AS "user"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 20)
    LIMIT 1 OFFSET 19
  )::text AS "next",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";
