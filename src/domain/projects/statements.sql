-- GET /v1/projects/:id

WITH "the row" AS (
  SELECT
    "project"."id",
    "project"."parent_id",
    "project"."name",
    "project"."description",
    "project"."status",
    "project"."version",
    "project"."created_at",
    "project"."updated_at"
  FROM "projects" AS "project"
  WHERE "project"."id" = $1
  ORDER BY "project"."id" ASC
  LIMIT 1
)
SELECT
  to_json((
    SELECT "row".*::record
    FROM (
      SELECT
        "project"."id",
        "project"."parent_id" AS "parentId",
        "project"."name",
        "project"."description",
        "project"."status",
        to_char("project"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
        to_char("project"."updated_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "updatedAt",
        ARRAY(
          SELECT "row".*::record
          FROM (
            SELECT
              "permissions"."role",
              (
                SELECT "row".*::record
                FROM (
                  SELECT
                    "user"."id",
                    "user"."name"
                  FROM "users" AS "user"
                  WHERE "user"."id" = "permissions"."user_id"
                ) AS "row"
              ) AS "user"
            FROM "permissions"
            WHERE "permissions"."project_id" = "project"."id"
            ORDER BY "permissions"."user_id" ASC, "permissions"."project_id" ASC
            LIMIT 100
          ) AS "row"
        ) AS "permissions",
        ARRAY(
          SELECT "row".*::record
          FROM (
            SELECT
              "activities"."id",
              "activities"."kind",
              "activities"."summary",
              to_char("activities"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
              (
                SELECT "row".*::record
                FROM (
                  SELECT
                    "user_2"."id",
                    "user_2"."name"
                  FROM "users" AS "user_2"
                  WHERE "user_2"."id" = "activities"."user_id"
                ) AS "row"
              ) AS "user"
            FROM "activities"
            WHERE "activities"."project_id" = "project"."id"
            ORDER BY "activities"."created_at" DESC, "activities"."id" DESC
            LIMIT 20
          ) AS "row"
        ) AS "activities"
      FROM "the row" AS "project"
    ) AS "row"
  ))::text AS "json",
  (
    SELECT "project"."version"
    FROM "the row" AS "project"
  )::text AS "version",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/projects/:id/activities

WITH "the page" AS (
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
)
SELECT
  to_json(ARRAY(
    SELECT "row".*::record
    FROM (
      SELECT
        "activity"."id",
        "activity"."kind",
        "activity"."summary",
        "activity"."payload",
        to_char("activity"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
        (
          SELECT "row".*::record
          FROM (
            SELECT
              "user"."id",
              "user"."name"
            FROM "users" AS "user"
            WHERE "user"."id" = "activity"."user_id"
          ) AS "row"
        ) AS "user"
      FROM "the page" AS "activity"
      LIMIT 20
    ) AS "row"
  ))::text AS "json",
  (
    SELECT json_build_array("activity"."created_at"::text, "activity"."id"::text)
    FROM "the page" AS "activity"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 20)
    LIMIT 1 OFFSET 19
  )::text AS "next",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/projects/:id/activities/:activityId

SELECT
  to_json((
    SELECT "row".*::record
    FROM (
      SELECT
        "activity"."id",
        "activity"."kind",
        "activity"."summary",
        "activity"."payload",
        to_char("activity"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
        (
          SELECT "row".*::record
          FROM (
            SELECT
              "user"."id",
              "user"."name"
            FROM "users" AS "user"
            WHERE "user"."id" = "activity"."user_id"
          ) AS "row"
        ) AS "user"
      FROM "activities" AS "activity"
      WHERE "activity"."id" = $1
        AND "activity"."project_id" = $2
      ORDER BY "activity"."id" ASC
      LIMIT 1
    ) AS "row"
  ))::text AS "json",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/projects/:id/permissions/:userId

WITH "the row" AS (
  SELECT
    "permission"."user_id",
    "permission"."role",
    "permission"."version",
    "permission"."created_at",
    "permission"."updated_at"
  FROM "permissions" AS "permission"
  WHERE "permission"."project_id" = $1
    AND "permission"."user_id" = $2
  ORDER BY "permission"."user_id" ASC, "permission"."project_id" ASC
  LIMIT 1
)
SELECT
  to_json((
    SELECT "row".*::record
    FROM (
      SELECT
        "permission"."role",
        to_char("permission"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
        to_char("permission"."updated_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "updatedAt",
        (
          SELECT "row".*::record
          FROM (
            SELECT
              "user"."id",
              "user"."name"
            FROM "users" AS "user"
            WHERE "user"."id" = "permission"."user_id"
          ) AS "row"
        ) AS "user"
      FROM "the row" AS "permission"
    ) AS "row"
  ))::text AS "json",
  (
    SELECT "permission"."version"
    FROM "the row" AS "permission"
  )::text AS "version",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/users/:id/projects

WITH "the page" AS (
  SELECT
    "permission"."user_id",
    "permission"."project_id",
    "permission"."role"
  FROM "permissions" AS "permission"
  WHERE "permission"."user_id" = $1
  ORDER BY "permission"."project_id" ASC, "permission"."user_id" ASC
  LIMIT 21
)
SELECT
  to_json(ARRAY(
    SELECT "row".*::record
    FROM (
      SELECT
        "permission"."role",
        (
          SELECT "row".*::record
          FROM (
            SELECT
              "project"."id",
              "project"."name",
              "project"."status",
              to_char("project"."updated_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "updatedAt"
            FROM "projects" AS "project"
            WHERE "project"."id" = "permission"."project_id"
          ) AS "row"
        ) AS "project"
      FROM "the page" AS "permission"
      LIMIT 20
    ) AS "row"
  ))::text AS "json",
  (
    SELECT json_build_array("permission"."project_id"::text, "permission"."user_id"::text)
    FROM "the page" AS "permission"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 20)
    LIMIT 1 OFFSET 19
  )::text AS "next",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";
