SELECT
  to_json((
    SELECT "row".*::record
    FROM (
      SELECT
        "user"."name",
        ARRAY(
          SELECT "row".*::record
          FROM (
            SELECT
              trim_scale("transactions"."amount")::text AS "amount",
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
            ORDER BY "totals"."category_id" ASC
          ) AS "row"
        ) AS "totals"
      FROM "users" AS "user"
      WHERE "user"."id" = $1
      LIMIT 1
    ) AS "row"
  ))::text AS "json",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation"