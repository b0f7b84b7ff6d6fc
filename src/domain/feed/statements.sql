-- GET /v1/users/:id/posts

WITH "page" AS (
  SELECT
    "post".*,
    row_number() OVER (ORDER BY "post"."created_at" DESC, "post"."id" DESC) AS "row number"
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
      FROM "page" AS "post"
      ORDER BY "post"."row number" ASC
      LIMIT 20
    ) AS "row"
  ))::text AS "json",
  CASE WHEN (SELECT count(*) FROM "page") > 20 THEN (
    SELECT json_build_array(to_char("post"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), "post"."id")
    FROM "page" AS "post"
    ORDER BY "row number"
    LIMIT 1 OFFSET 19
  )::text END AS "next",
  pg_current_snapshot()::text AS "snapshot";

-- GET /v1/users/:id/notifications

WITH "page" AS (
  SELECT
    "notification".*,
    row_number() OVER (ORDER BY "notification"."created_at" DESC, "notification"."id" DESC) AS "row number"
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
      FROM "page" AS "notification"
      ORDER BY "notification"."row number" ASC
      LIMIT 20
    ) AS "row"
  ))::text AS "json",
  CASE WHEN (SELECT count(*) FROM "page") > 20 THEN (
    SELECT json_build_array(to_char("notification"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), "notification"."id")
    FROM "page" AS "notification"
    ORDER BY "row number"
    LIMIT 1 OFFSET 19
  )::text END AS "next",
  pg_current_snapshot()::text AS "snapshot";
