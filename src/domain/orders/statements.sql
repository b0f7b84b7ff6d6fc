-- GET /v1/orders/:id

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "order"."id",
    "order"."status",
    "order"."total",
    "order"."currency",
    "order"."created_at",
    (
      SELECT ROW(
        array_agg("row"."items.quantity"),
        array_agg("row"."items.unit_price"),
        array_agg("row"."product.id"),
        array_agg("row"."product.name"),
        array_agg("row"."product.image_url")
      )
      FROM (
        SELECT
          "items"."quantity" AS "items.quantity",
          "items"."unit_price" AS "items.unit_price",
          "product"."id" AS "product.id",
          "product"."name" AS "product.name",
          "product"."image_url" AS "product.image_url"
        FROM (
          SELECT
            "items"."order_id",
            "items"."product_id",
            "items"."quantity",
            "items"."unit_price"
          FROM "order_items" AS "items"
          WHERE "items"."order_id" = "order"."id"
          ORDER BY "items"."product_id" ASC, "items"."order_id" ASC
          LIMIT 50
        ) AS "items"
        LEFT JOIN "products" AS "product" ON "product"."id" = "items"."product_id"
        ORDER BY "items"."product_id" ASC, "items"."order_id" ASC
      ) AS "row"
    ),
    "order"."version"
  FROM "orders" AS "order"
  WHERE "order"."id" = $1
  ORDER BY "order"."id" ASC
  LIMIT 1
);

-- GET /v1/users/:id/orders

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "order"."id",
    "order"."status",
    "order"."total",
    "order"."currency",
    "order"."created_at",
    (
      SELECT ROW(
        array_agg("row"."items.quantity"),
        array_agg("row"."items.unit_price"),
        array_agg("row"."product.id"),
        array_agg("row"."product.name"),
        array_agg("row"."product.image_url")
      )
      FROM (
        SELECT
          "items"."quantity" AS "items.quantity",
          "items"."unit_price" AS "items.unit_price",
          "product"."id" AS "product.id",
          "product"."name" AS "product.name",
          "product"."image_url" AS "product.image_url"
        FROM (
          SELECT
            "items"."order_id",
            "items"."product_id",
            "items"."quantity",
            "items"."unit_price"
          FROM "order_items" AS "items"
          WHERE "items"."order_id" = "order"."id"
          ORDER BY "items"."product_id" ASC, "items"."order_id" ASC
          LIMIT 50
        ) AS "items"
        LEFT JOIN "products" AS "product" ON "product"."id" = "items"."product_id"
        ORDER BY "items"."product_id" ASC, "items"."order_id" ASC
      ) AS "row"
    )
  FROM "orders" AS "order"
  WHERE "order"."user_id" = $1
  ORDER BY "order"."created_at" DESC, "order"."id" DESC
  LIMIT 21
);

-- GET /v1/merchants/:id/stock

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "stockDay"."day",
    "stockDay"."ordered",
    "stockDay"."revenue",
    "stockDay"."remaining",
    "product"."id",
    "product"."name",
    "stockDay"."product_id"
  FROM (
    SELECT
      "stockDay"."product_id",
      "stockDay"."day",
      "stockDay"."ordered",
      "stockDay"."revenue",
      "stockDay"."remaining"
    FROM "stock_days" AS "stockDay"
    WHERE "stockDay"."merchant_id" = $1
    ORDER BY "stockDay"."day" DESC, "stockDay"."product_id" DESC
    LIMIT 21
  ) AS "stockDay"
  LEFT JOIN "products" AS "product" ON "product"."id" = "stockDay"."product_id"
  ORDER BY "stockDay"."day" DESC, "stockDay"."product_id" DESC
);
