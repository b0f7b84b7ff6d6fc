-- GET /v1/users/:id/dashboard

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
        "user"."avatar_url" AS "avatarUrl",
        ARRAY(
          SELECT "row".*::record
          FROM (
            SELECT
              "transactions"."id",
              trim_scale("transactions"."amount")::text AS "amount",
              "transactions"."currency",
              "transactions"."status",
              to_char("transactions"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
              (
                SELECT "row".*::record
                FROM (
                  SELECT
                    "merchant"."name",
                    (
                      SELECT "row".*::record
                      FROM (
                        SELECT "category"."name"
                        FROM "categories" AS "category"
                        WHERE "category"."id" = "merchant"."category_id"
                      ) AS "row"
                    ) AS "category"
                  FROM "merchants" AS "merchant"
                  WHERE "merchant"."id" = "transactions"."merchant_id"
                ) AS "row"
              ) AS "merchant"
            FROM "transactions"
            WHERE "transactions"."user_id" = "user"."id"
            ORDER BY "transactions"."created_at" DESC, "transactions"."id" DESC
            LIMIT 50
          ) AS "row"
        ) AS "transactions",
        ARRAY(
          SELECT "row".*::record
          FROM (
            SELECT
              "totals"."category",
              trim_scale("totals"."total")::text AS "total",
              "totals"."count"
            FROM "category_totals" AS "totals"
            WHERE "totals"."user_id" = "user"."id"
            ORDER BY "totals"."total" DESC, "totals"."category_id" ASC
            LIMIT 100
          ) AS "row"
        ) AS "totals"
      FROM "the row" AS "user"
    ) AS "row"
  ))::text AS "json",
  (
    SELECT "user"."version"
    FROM "the row" AS "user"
  )::text AS "version",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/users/:id/transactions

WITH "the page" AS (
  SELECT
    "transaction"."id",
    "transaction"."merchant_id",
    "transaction"."amount",
    "transaction"."currency",
    "transaction"."status",
    "transaction"."created_at"
  FROM "transactions" AS "transaction"
  WHERE "transaction"."user_id" = $1
  ORDER BY "transaction"."created_at" DESC, "transaction"."id" DESC
  LIMIT 51
)
SELECT
  to_json(ARRAY(
    SELECT "row".*::record
    FROM (
      SELECT
        "transaction"."id",
        trim_scale("transaction"."amount")::text AS "amount",
        "transaction"."currency",
        "transaction"."status",
        to_char("transaction"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
        (
          SELECT "row".*::record
          FROM (
            SELECT
              "merchant"."name",
              (
                SELECT "row".*::record
                FROM (
                  SELECT "category"."name"
                  FROM "categories" AS "category"
                  WHERE "category"."id" = "merchant"."category_id"
                ) AS "row"
              ) AS "category"
            FROM "merchants" AS "merchant"
            WHERE "merchant"."id" = "transaction"."merchant_id"
          ) AS "row"
        ) AS "merchant"
      FROM "the page" AS "transaction"
      LIMIT 50
    ) AS "row"
  ))::text AS "json",
  (
    SELECT json_build_array("transaction"."created_at"::text, "transaction"."id"::text)
    FROM "the page" AS "transaction"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 50)
    LIMIT 1 OFFSET 49
  )::text AS "next",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/merchants

WITH "the page" AS (
  SELECT
    "merchant"."id",
    "merchant"."category_id",
    "merchant"."name",
    "merchant"."logo_url"
  FROM "merchants" AS "merchant"
  ORDER BY "merchant"."id" ASC
  LIMIT 21
)
SELECT
  to_json(ARRAY(
    SELECT "row".*::record
    FROM (
      SELECT
        "merchant"."id",
        "merchant"."name",
        "merchant"."logo_url" AS "logoUrl",
        (
          SELECT "row".*::record
          FROM (
            SELECT
              "category"."id",
              "category"."name"
            FROM "categories" AS "category"
            WHERE "category"."id" = "merchant"."category_id"
          ) AS "row"
        ) AS "category"
      FROM "the page" AS "merchant"
      LIMIT 20
    ) AS "row"
  ))::text AS "json",
  (
    SELECT json_build_array("merchant"."id"::text)
    FROM "the page" AS "merchant"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 20)
    LIMIT 1 OFFSET 19
  )::text AS "next",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/merchants/:id

SELECT
  to_json((
    SELECT "row".*::record
    FROM (
      SELECT
        "merchant"."id",
        "merchant"."name",
        "merchant"."logo_url" AS "logoUrl",
        (
          SELECT "row".*::record
          FROM (
            SELECT
              "category"."id",
              "category"."name"
            FROM "categories" AS "category"
            WHERE "category"."id" = "merchant"."category_id"
          ) AS "row"
        ) AS "category"
      FROM "merchants" AS "merchant"
      WHERE "merchant"."id" = $1
      ORDER BY "merchant"."id" ASC
      LIMIT 1
    ) AS "row"
  ))::text AS "json",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/categories

WITH "the page" AS (
  SELECT
    "category"."id",
    "category"."name",
    "category"."slug",
    "category"."parent_id"
  FROM "categories" AS "category"
  ORDER BY "category"."id" ASC
  LIMIT 101
)
SELECT
  to_json(ARRAY(
    SELECT "row".*::record
    FROM (
      SELECT
        "category"."id",
        "category"."name",
        "category"."slug",
        "category"."parent_id" AS "parentId"
      FROM "the page" AS "category"
      LIMIT 100
    ) AS "row"
  ))::text AS "json",
  (
    SELECT json_build_array("category"."id"::text)
    FROM "the page" AS "category"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 100)
    LIMIT 1 OFFSET 99
  )::text AS "next",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";
