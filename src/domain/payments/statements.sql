-- GET /v1/users/:id/dashboard

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "user"."id",
    "user"."email",
    "user"."name",
    "user"."avatar_url",
    (
      SELECT ROW(
        array_agg("row"."transactions.id"),
        array_agg("row"."transactions.amount"),
        array_agg("row"."transactions.currency"),
        array_agg("row"."transactions.status"),
        array_agg("row"."transactions.created_at"),
        array_agg("row"."merchant.id"),
        array_agg("row"."merchant.name"),
        array_agg("row"."category.id"),
        array_agg("row"."category.name")
      )
      FROM (
        SELECT
          "transactions"."id" AS "transactions.id",
          "transactions"."amount" AS "transactions.amount",
          "transactions"."currency" AS "transactions.currency",
          "transactions"."status" AS "transactions.status",
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
            "transactions"."currency",
            "transactions"."status",
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
        ORDER BY "totals"."total" DESC, "totals"."category_id" ASC
        LIMIT 100
      ) AS "row"
    ),
    "user"."version"
  FROM "users" AS "user"
  WHERE "user"."id" = $1
  ORDER BY "user"."id" ASC
  LIMIT 1
);

-- GET /v1/users/:id/transactions

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "transaction"."id",
    "transaction"."amount",
    "transaction"."currency",
    "transaction"."status",
    "transaction"."created_at",
    "merchant"."id",
    "merchant"."name",
    "category"."id",
    "category"."name"
  FROM (
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
  ) AS "transaction"
  LEFT JOIN "merchants" AS "merchant" ON "merchant"."id" = "transaction"."merchant_id"
  LEFT JOIN "categories" AS "category" ON "category"."id" = "merchant"."category_id"
  ORDER BY "transaction"."created_at" DESC, "transaction"."id" DESC
);

-- GET /v1/merchants

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "merchant"."id",
    "merchant"."name",
    "merchant"."logo_url",
    "category"."id",
    "category"."name"
  FROM (
    SELECT
      "merchant"."id",
      "merchant"."category_id",
      "merchant"."name",
      "merchant"."logo_url"
    FROM "merchants" AS "merchant"
    ORDER BY "merchant"."id" ASC
    LIMIT 21
  ) AS "merchant"
  LEFT JOIN "categories" AS "category" ON "category"."id" = "merchant"."category_id"
  ORDER BY "merchant"."id" ASC
);

-- GET /v1/merchants/:id

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "merchant"."id",
    "merchant"."name",
    "merchant"."logo_url",
    "category"."id",
    "category"."name"
  FROM (
    SELECT
      "merchant"."id",
      "merchant"."category_id",
      "merchant"."name",
      "merchant"."logo_url"
    FROM "merchants" AS "merchant"
    WHERE "merchant"."id" = $1
    ORDER BY "merchant"."id" ASC
    LIMIT 1
  ) AS "merchant"
  LEFT JOIN "categories" AS "category" ON "category"."id" = "merchant"."category_id"
  ORDER BY "merchant"."id" ASC
);

-- GET /v1/categories

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "category"."id",
    "category"."name",
    "category"."slug",
    "category"."parent_id"
  FROM "categories" AS "category"
  ORDER BY "category"."id" ASC
  LIMIT 101
);
