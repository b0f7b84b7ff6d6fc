SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "user"."name",
    ARRAY(
      SELECT ROW(
        "transactions"."amount",
        "transactions"."created_at",
        "merchant"."id",
        "merchant"."name",
        "category"."id",
        "category"."name"
      )
      FROM (
        SELECT
          "transactions"."id",
          "transactions"."merchant_id",
          "transactions"."amount",
          "transactions"."created_at"
        FROM "transactions"
        WHERE "transactions"."user_id" = "user"."id"
        ORDER BY "transactions"."created_at" DESC, "transactions"."id" DESC
        LIMIT 50
      ) AS "transactions"
      LEFT JOIN "merchants" AS "merchant" ON "merchant"."id" = "transactions"."merchant_id"
      LEFT JOIN "categories" AS "category" ON "category"."id" = "merchant"."category_id"
      ORDER BY "transactions"."created_at" DESC, "transactions"."id" DESC
    ),
    ARRAY(
      SELECT ROW(
        "totals"."category",
        "totals"."total",
        "totals"."count"
      )
      FROM "category_totals" AS "totals"
      WHERE "totals"."user_id" = "user"."id"
      ORDER BY "totals"."category_id" ASC
    )
  FROM "users" AS "user"
  WHERE "user"."id" = $1
  LIMIT 1
)