SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "user"."name",
    (
      SELECT ROW(
        array_agg("row"."transactions.amount"),
        array_agg("row"."transactions.created_at"),
        array_agg("row"."merchant.id"),
        array_agg("row"."merchant.name"),
        array_agg("row"."category.id"),
        array_agg("row"."category.name")
      )
      FROM (
        SELECT
          "transactions"."amount" AS "transactions.amount",
          "transactions"."created_at" AS "transactions.created_at",
          "merchant"."id" AS "merchant.id",
          "merchant"."name" AS "merchant.name",
          "category"."id" AS "category.id",
          "category"."name" AS "category.name"
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
      ) AS "row"
    ),
    (
      SELECT ROW(
        array_agg("row"."totals.category"),
        array_agg("row"."totals.total"),
        array_agg("row"."totals.count")
      )
      FROM (
        SELECT
          "totals"."category" AS "totals.category",
          "totals"."total" AS "totals.total",
          "totals"."count" AS "totals.count"
        FROM "category_totals" AS "totals"
        WHERE "totals"."user_id" = "user"."id"
        ORDER BY "totals"."category_id" ASC
      ) AS "row"
    )
  FROM "users" AS "user"
  WHERE "user"."id" = $1
  LIMIT 1
)