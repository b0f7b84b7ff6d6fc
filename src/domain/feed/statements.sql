-- GET /v1/users/:id/home

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "user"."email",
    "user"."name",
    (
      SELECT ROW(
        array_agg("row"."posts.id"),
        array_agg("row"."posts.title"),
        array_agg("row"."posts.created_at")
      )
      FROM (
        SELECT
          "posts"."id" AS "posts.id",
          "posts"."title" AS "posts.title",
          "posts"."created_at" AS "posts.created_at"
        FROM "posts"
        WHERE "posts"."author_id" = "user"."id"
        ORDER BY "posts"."created_at" DESC, "posts"."id" DESC
        LIMIT 10
      ) AS "row"
    ),
    (
      SELECT ROW(
        array_agg("row"."notifications.id"),
        array_agg("row"."notifications.kind"),
        array_agg("row"."notifications.title"),
        array_agg("row"."notifications.created_at")
      )
      FROM (
        SELECT
          "notifications"."id" AS "notifications.id",
          "notifications"."kind" AS "notifications.kind",
          "notifications"."title" AS "notifications.title",
          "notifications"."created_at" AS "notifications.created_at"
        FROM "notifications"
        WHERE "notifications"."user_id" = "user"."id"
          AND "notifications"."read_at" IS NULL
        ORDER BY "notifications"."created_at" DESC, "notifications"."id" DESC
        LIMIT 20
      ) AS "row"
    ),
    (
      SELECT count(*)
      FROM "notifications" AS "notifications_2"
      WHERE "notifications_2"."user_id" = "user"."id"
        AND "notifications_2"."read_at" IS NULL
    ),
    "user"."version"
  FROM "users" AS "user"
  WHERE "user"."id" = $1
  ORDER BY "user"."id" ASC
  LIMIT 1
);

-- GET /v1/posts/:id

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "post"."id",
    "post"."title",
    "post"."created_at"
  FROM "posts" AS "post"
  WHERE "post"."id" = $1
  ORDER BY "post"."id" ASC
  LIMIT 1
);

-- GET /v1/notifications/:id

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "notification"."id",
    "notification"."kind",
    "notification"."title",
    "notification"."read_at",
    "notification"."created_at",
    "notification"."version"
  FROM "notifications" AS "notification"
  WHERE "notification"."id" = $1
  ORDER BY "notification"."id" ASC
  LIMIT 1
);

-- GET /v1/users/:id/posts

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "post"."id",
    "post"."title",
    "post"."created_at"
  FROM "posts" AS "post"
  WHERE "post"."author_id" = $1
  ORDER BY "post"."created_at" DESC, "post"."id" DESC
  LIMIT 21
);

-- GET /v1/users/:id/notifications

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "notification"."id",
    "notification"."kind",
    "notification"."title",
    "notification"."read_at",
    "notification"."created_at"
  FROM "notifications" AS "notification"
  WHERE "notification"."user_id" = $1
  ORDER BY "notification"."created_at" DESC, "notification"."id" DESC
  LIMIT 21
);
