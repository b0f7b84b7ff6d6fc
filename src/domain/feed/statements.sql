-- GET /v1/users/:id/home

WITH "the row" AS (
  SELECT
    "user"."id",
    "user"."email",
    "user"."name",
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
        "user"."email",
        "user"."name",
        ARRAY(
          SELECT "row".*::record
          FROM (
            SELECT
              "posts"."id",
              "posts"."title",
              to_char("posts"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt"
            FROM "posts"
            WHERE "posts"."author_id" = "user"."id"
            ORDER BY "posts"."created_at" DESC, "posts"."id" DESC
            LIMIT 10
          ) AS "row"
        ) AS "posts",
        ARRAY(
          SELECT "row".*::record
          FROM (
            SELECT
              "notifications"."id",
              "notifications"."kind",
              "notifications"."title",
              to_char("notifications"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt"
            FROM "notifications"
            WHERE "notifications"."user_id" = "user"."id"
              AND "notifications"."read_at" IS NULL
            ORDER BY "notifications"."created_at" DESC, "notifications"."id" DESC
            LIMIT 20
          ) AS "row"
        ) AS "notifications",
        (
          SELECT count(*)
          FROM "notifications" AS "notifications_2"
          WHERE "notifications_2"."user_id" = "user"."id"
            AND "notifications_2"."read_at" IS NULL
        ) AS "unread"
      FROM "the row" AS "user"
    ) AS "row"
  ))::text AS "json",
  (
    SELECT "user"."version"
    FROM "the row" AS "user"
  )::text AS "version",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/posts/:id

SELECT
  to_json((
    SELECT "row".*::record
    FROM (
      SELECT
        "post"."id",
        "post"."title",
        to_char("post"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt"
      FROM "posts" AS "post"
      WHERE "post"."id" = $1
      ORDER BY "post"."id" ASC
      LIMIT 1
    ) AS "row"
  ))::text AS "json",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/notifications/:id

WITH "the row" AS (
  SELECT
    "notification"."id",
    "notification"."kind",
    "notification"."title",
    "notification"."read_at",
    "notification"."version",
    "notification"."created_at"
  FROM "notifications" AS "notification"
  WHERE "notification"."id" = $1
  ORDER BY "notification"."id" ASC
  LIMIT 1
)
SELECT
  to_json((
    SELECT "row".*::record
    FROM (
      SELECT
        "notification"."id",
        "notification"."kind",
        "notification"."title",
        to_char("notification"."read_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "readAt",
        to_char("notification"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt"
      FROM "the row" AS "notification"
    ) AS "row"
  ))::text AS "json",
  (
    SELECT "notification"."version"
    FROM "the row" AS "notification"
  )::text AS "version",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/users/:id/posts

WITH "the page" AS (
  SELECT
    "post"."id",
    "post"."title",
    "post"."created_at"
  FROM "posts" AS "post"
  WHERE "post"."author_id" = $1
  ORDER BY "post"."created_at" DESC, "post"."id" DESC
  LIMIT 21
)
SELECT
  to_json(ARRAY(
    SELECT "row".*::record
    FROM (
      SELECT
        "post"."id",
        "post"."title",
        to_char("post"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt"
      FROM "the page" AS "post"
      LIMIT 20
    ) AS "row"
  ))::text AS "json",
  (
    SELECT json_build_array("post"."created_at"::text, "post"."id"::text)
    FROM "the page" AS "post"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 20)
    LIMIT 1 OFFSET 19
  )::text AS "next",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/users/:id/notifications

WITH "the page" AS (
  SELECT
    "notification"."id",
    "notification"."kind",
    "notification"."title",
    "notification"."read_at",
    "notification"."created_at"
  FROM "notifications" AS "notification"
  WHERE "notification"."user_id" = $1
  ORDER BY "notification"."created_at" DESC, "notification"."id" DESC
  LIMIT 21
)
SELECT
  to_json(ARRAY(
    SELECT "row".*::record
    FROM (
      SELECT
        "notification"."id",
        "notification"."kind",
        "notification"."title",
        to_char("notification"."read_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "readAt",
        to_char("notification"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt"
      FROM "the page" AS "notification"
      LIMIT 20
    ) AS "row"
  ))::text AS "json",
  (
    SELECT json_build_array("notification"."created_at"::text, "notification"."id"::text)
    FROM "the page" AS "notification"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 20)
    LIMIT 1 OFFSET 19
  )::text AS "next",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";
