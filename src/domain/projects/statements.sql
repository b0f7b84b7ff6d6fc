-- GET /v1/projects/:id

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "project"."id",
    "project"."parent_id",
    "project"."name",
    "project"."description",
    "project"."status",
    "project"."created_at",
    "project"."updated_at",
    (
      SELECT ROW(
        array_agg("row"."permissions.role"),
        array_agg("row"."user.id"),
        array_agg("row"."user.name")
      )
      FROM (
        SELECT
          "permissions"."role" AS "permissions.role",
          "user"."id" AS "user.id",
          "user"."name" AS "user.name"
        FROM (
          SELECT
            "permissions"."user_id",
            "permissions"."project_id",
            "permissions"."role"
          FROM "permissions"
          WHERE "permissions"."project_id" = "project"."id"
          ORDER BY "permissions"."user_id" ASC, "permissions"."project_id" ASC
          LIMIT 100
        ) AS "permissions"
        LEFT JOIN "users" AS "user" ON "user"."id" = "permissions"."user_id"
        ORDER BY "permissions"."user_id" ASC, "permissions"."project_id" ASC
      ) AS "row"
    ),
    (
      SELECT ROW(
        array_agg("row"."activities.id"),
        array_agg("row"."activities.kind"),
        array_agg("row"."activities.summary"),
        array_agg("row"."activities.created_at"),
        array_agg("row"."user_2.id"),
        array_agg("row"."user_2.name")
      )
      FROM (
        SELECT
          "activities"."id" AS "activities.id",
          "activities"."kind" AS "activities.kind",
          "activities"."summary" AS "activities.summary",
          "activities"."created_at" AS "activities.created_at",
          "user_2"."id" AS "user_2.id",
          "user_2"."name" AS "user_2.name"
        FROM (
          SELECT
            "activities"."id",
            "activities"."user_id",
            "activities"."kind",
            "activities"."summary",
            "activities"."created_at"
          FROM "activities"
          WHERE "activities"."project_id" = "project"."id"
          ORDER BY "activities"."created_at" DESC, "activities"."id" DESC
          LIMIT 20
        ) AS "activities"
        LEFT JOIN "users" AS "user_2" ON "user_2"."id" = "activities"."user_id"
        ORDER BY "activities"."created_at" DESC, "activities"."id" DESC
      ) AS "row"
    ),
    "project"."version"
  FROM "projects" AS "project"
  WHERE "project"."id" = $1
  ORDER BY "project"."id" ASC
  LIMIT 1
);

-- GET /v1/projects/:id/activities

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "activity"."id",
    "activity"."kind",
    "activity"."summary",
    "activity"."payload",
    "activity"."created_at",
    "user"."id",
    "user"."name"
  FROM (
    SELECT
      "activity"."id",
      "activity"."user_id",
      "activity"."kind",
      "activity"."summary",
      "activity"."payload",
      "activity"."created_at"
    FROM "activities" AS "activity"
    WHERE "activity"."project_id" = $1
    ORDER BY "activity"."created_at" DESC, "activity"."id" DESC
    LIMIT 21
  ) AS "activity"
  LEFT JOIN "users" AS "user" ON "user"."id" = "activity"."user_id"
  ORDER BY "activity"."created_at" DESC, "activity"."id" DESC
);

-- GET /v1/projects/:id/activities/:activityId

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "activity"."id",
    "activity"."kind",
    "activity"."summary",
    "activity"."payload",
    "activity"."created_at",
    "user"."id",
    "user"."name"
  FROM (
    SELECT
      "activity"."id",
      "activity"."user_id",
      "activity"."kind",
      "activity"."summary",
      "activity"."payload",
      "activity"."created_at"
    FROM "activities" AS "activity"
    WHERE "activity"."id" = $1
      AND "activity"."project_id" = $2
    ORDER BY "activity"."id" ASC
    LIMIT 1
  ) AS "activity"
  LEFT JOIN "users" AS "user" ON "user"."id" = "activity"."user_id"
  ORDER BY "activity"."id" ASC
);

-- GET /v1/projects/:id/permissions/:userId

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "permission"."role",
    "permission"."created_at",
    "permission"."updated_at",
    "user"."id",
    "user"."name",
    "permission"."version"
  FROM (
    SELECT
      "permission"."user_id",
      "permission"."project_id",
      "permission"."role",
      "permission"."version",
      "permission"."created_at",
      "permission"."updated_at"
    FROM "permissions" AS "permission"
    WHERE "permission"."project_id" = $1
      AND "permission"."user_id" = $2
    ORDER BY "permission"."user_id" ASC, "permission"."project_id" ASC
    LIMIT 1
  ) AS "permission"
  LEFT JOIN "users" AS "user" ON "user"."id" = "permission"."user_id"
  ORDER BY "permission"."user_id" ASC, "permission"."project_id" ASC
);

-- GET /v1/users/:id/projects

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "permission"."role",
    "project"."id",
    "project"."name",
    "project"."status",
    "project"."updated_at",
    "permission"."project_id",
    "permission"."user_id"
  FROM (
    SELECT
      "permission"."user_id",
      "permission"."project_id",
      "permission"."role"
    FROM "permissions" AS "permission"
    WHERE "permission"."user_id" = $1
    ORDER BY "permission"."project_id" ASC, "permission"."user_id" ASC
    LIMIT 21
  ) AS "permission"
  LEFT JOIN "projects" AS "project" ON "project"."id" = "permission"."project_id"
  ORDER BY "permission"."project_id" ASC, "permission"."user_id" ASC
);
