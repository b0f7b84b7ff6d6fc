-- GET /v1/users/:id/posts

WITH "the page" AS (
  SELECT "post".*
  FROM "posts" AS "post"
  WHERE "post"."author_id" = $1
  ORDER BY "post"."created_at" DESC, "post"."id" DESC
  LIMIT 21
)
SELECT
  to_json(ARRAY(
    SELECT "row"
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
    SELECT json_build_array(to_char("post"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), "post"."id")
    FROM "the page" AS "post"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 20)
    LIMIT 1 OFFSET 19
  )::text AS "next",
  pg_current_snapshot()::text AS "snapshot";

-- GET /v1/users/:id/notifications

WITH "the page" AS (
  SELECT "notification".*
  FROM "notifications" AS "notification"
  WHERE "notification"."user_id" = $1
  ORDER BY "notification"."created_at" DESC, "notification"."id" DESC
  LIMIT 21
)
SELECT
  to_json(ARRAY(
    SELECT "row"
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
    SELECT json_build_array(to_char("notification"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), "notification"."id")
    FROM "the page" AS "notification"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 20)
    LIMIT 1 OFFSET 19
  )::text AS "next",
  pg_current_snapshot()::text AS "snapshot";
