-- GET /v1/users/:id

SELECT
  to_json((
    SELECT "row"
    FROM (
      SELECT
        "user"."id",
        "user"."email",
        "user"."name",
        "user"."avatar_url" AS "avatarUrl"
      FROM "users" AS "user"
      WHERE "user"."id" = $1
      ORDER BY "user"."id" ASC
      LIMIT 1
    ) AS "row"
  ))::text AS "json",
  pg_current_snapshot()::text AS "snapshot";

-- GET /v1/users

WITH "page" AS (
  SELECT
    "user".*,
    row_number() OVER (ORDER BY "user"."id" ASC) AS "row number"
  FROM "users" AS "user"
  ORDER BY "user"."id" ASC
  LIMIT 21
)
SELECT
  to_json(ARRAY(
    SELECT "row"
    FROM (
      SELECT
        "user"."id",
        "user"."email",
        "user"."name",
        "user"."avatar_url" AS "avatarUrl"
      FROM "page" AS "user"
      ORDER BY "user"."row number" ASC
      LIMIT 20
    ) AS "row"
  ))::text AS "json",
  CASE WHEN (SELECT count(*) FROM "page") > 20 THEN (
    SELECT json_build_array("user"."id")
    FROM "page" AS "user"
    ORDER BY "row number"
    LIMIT 1 OFFSET 19
  )::text END AS "next",
  pg_current_snapshot()::text AS "snapshot";
