-- GET /v1/orders/:id

WITH "the row" AS (
  SELECT
    "order"."id",
    "order"."status",
    "order"."total",
    "order"."currency",
    "order"."version",
    "order"."created_at"
  FROM "orders" AS "order"
  WHERE "order"."id" = $1
  ORDER BY "order"."id" ASC
  LIMIT 1
)
SELECT
  to_json((
    SELECT "row".*::record
    FROM (
      SELECT
        "order"."id",
        "order"."status",
        trim_scale("order"."total")::text AS "total",
        "order"."currency",
        to_char("order"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
        ARRAY(
          SELECT "row".*::record
          FROM (
            SELECT
              "items"."quantity",
              trim_scale("items"."unit_price")::text AS "unitPrice",
              (
                SELECT "row".*::record
                FROM (
                  SELECT
                    "product"."id",
                    "product"."name",
                    "product"."image_url" AS "imageUrl"
                  FROM "products" AS "product"
                  WHERE "product"."id" = "items"."product_id"
                ) AS "row"
              ) AS "product"
            FROM "order_items" AS "items"
            WHERE "items"."order_id" = "order"."id"
            ORDER BY "items"."product_id" ASC, "items"."order_id" ASC
            LIMIT 50
          ) AS "row"
        ) AS "items"
      FROM "the row" AS "order"
    ) AS "row"
  ))::text AS "json",
  (
    SELECT "order"."version"
    FROM "the row" AS "order"
  )::text AS "version",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/users/:id/orders

WITH "the page" AS (
  SELECT
    "order"."id",
    "order"."status",
    "order"."total",
    "order"."currency",
    "order"."created_at"
  FROM "orders" AS "order"
  WHERE "order"."user_id" = $1
  ORDER BY "order"."created_at" DESC, "order"."id" DESC
  LIMIT 21
)
SELECT
  to_json(ARRAY(
    SELECT "row".*::record
    FROM (
      SELECT
        "order"."id",
        "order"."status",
        trim_scale("order"."total")::text AS "total",
        "order"."currency",
        to_char("order"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
        ARRAY(
          SELECT "row".*::record
          FROM (
            SELECT
              "items"."quantity",
              trim_scale("items"."unit_price")::text AS "unitPrice",
              (
                SELECT "row".*::record
                FROM (
                  SELECT
                    "product"."id",
                    "product"."name",
                    "product"."image_url" AS "imageUrl"
                  FROM "products" AS "product"
                  WHERE "product"."id" = "items"."product_id"
                ) AS "row"
              ) AS "product"
            FROM "order_items" AS "items"
            WHERE "items"."order_id" = "order"."id"
            ORDER BY "items"."product_id" ASC, "items"."order_id" ASC
            LIMIT 50
          ) AS "row"
        ) AS "items"
      FROM "the page" AS "order"
      LIMIT 20
    ) AS "row"
  ))::text AS "json",
  (
    SELECT json_build_array("order"."created_at"::text, "order"."id"::text)
    FROM "the page" AS "order"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 20)
    LIMIT 1 OFFSET 19
  )::text AS "next",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/merchants/:id/stock

WITH "the page" AS (
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
)
SELECT
  to_json(ARRAY(
    SELECT "row".*::record
    FROM (
      SELECT
        to_char("stockDay"."day" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "day",
        "stockDay"."ordered",
        trim_scale("stockDay"."revenue")::text AS "revenue",
        "stockDay"."remaining",
        (
          SELECT "row".*::record
          FROM (
            SELECT
              "product"."id",
              "product"."name"
            FROM "products" AS "product"
            WHERE "product"."id" = "stockDay"."product_id"
          ) AS "row"
        ) AS "product"
      FROM "the page" AS "stockDay"
      LIMIT 20
    ) AS "row"
  ))::text AS "json",
  (
    SELECT json_build_array("stockDay"."day"::text, "stockDay"."product_id"::text)
    FROM "the page" AS "stockDay"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 20)
    LIMIT 1 OFFSET 19
  )::text AS "next",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";
