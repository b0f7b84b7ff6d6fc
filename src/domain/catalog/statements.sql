-- GET /v1/products

WITH "the page" AS (
  SELECT
    "product"."id",
    "product"."name",
    "product"."price",
    "product"."image_url",
    "product"."created_at"
  FROM "products" AS "product"
  ORDER BY "product"."created_at" DESC, "product"."id" DESC
  LIMIT 21
)
SELECT
  to_json(ARRAY(
    SELECT "row".*::record
    FROM (
      SELECT
        "product"."id",
        "product"."name",
        trim_scale("product"."price")::text AS "price",
        "product"."image_url" AS "imageUrl",
        coalesce((
          SELECT "inventory"."quantity" > $1
          FROM "inventories" AS "inventory"
          WHERE "inventory"."product_id" = "product"."id"
        ), FALSE) AS "inStock",
        (
          SELECT avg("reviews"."rating")::float8
          FROM "reviews"
          WHERE "reviews"."product_id" = "product"."id"
        ) AS "rating",
        (
          SELECT count(*)
          FROM "reviews" AS "reviews_2"
          WHERE "reviews_2"."product_id" = "product"."id"
        ) AS "reviewCount"
      FROM "the page" AS "product"
      LIMIT 20
    ) AS "row"
  ))::text AS "json",
  (
    SELECT json_build_array("product"."created_at"::text, "product"."id"::text)
    FROM "the page" AS "product"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 20)
    LIMIT 1 OFFSET 19
  )::text AS "next",
  (
    SELECT json_agg(json_build_array("product"."id"))
    FROM (SELECT * FROM "the page" LIMIT 20) AS "product"
  )::text AS "keys",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/products/:id

WITH "the row" AS (
  SELECT
    "product"."id",
    "product"."name",
    "product"."price",
    "product"."image_url",
    "product"."version"
  FROM "products" AS "product"
  WHERE "product"."id" = $2
  ORDER BY "product"."id" ASC
  LIMIT 1
)
SELECT
  to_json((
    SELECT "row".*::record
    FROM (
      SELECT
        "product"."id",
        "product"."name",
        trim_scale("product"."price")::text AS "price",
        "product"."image_url" AS "imageUrl",
        coalesce((
          SELECT "inventory"."quantity" > $1
          FROM "inventories" AS "inventory"
          WHERE "inventory"."product_id" = "product"."id"
        ), FALSE) AS "inStock",
        (
          SELECT avg("reviews"."rating")::float8
          FROM "reviews"
          WHERE "reviews"."product_id" = "product"."id"
        ) AS "rating",
        (
          SELECT count(*)
          FROM "reviews" AS "reviews_2"
          WHERE "reviews_2"."product_id" = "product"."id"
        ) AS "reviewCount"
      FROM "the row" AS "product"
    ) AS "row"
  ))::text AS "json",
  (
    SELECT "product"."version"
    FROM "the row" AS "product"
  )::text AS "version",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/products/:id/reviews

WITH "the page" AS (
  SELECT
    "review"."id",
    "review"."user_id",
    "review"."rating",
    "review"."title",
    "review"."body",
    "review"."created_at"
  FROM "reviews" AS "review"
  WHERE "review"."product_id" = $1
  ORDER BY "review"."created_at" DESC, "review"."id" DESC
  LIMIT 21
)
SELECT
  to_json(ARRAY(
    SELECT "row".*::record
    FROM (
      SELECT
        "review"."id",
        "review"."rating",
        "review"."title",
        "review"."body",
        to_char("review"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
        (
          SELECT "row".*::record
          FROM (
            SELECT
              "user"."id",
              "user"."name"
            FROM "users" AS "user"
            WHERE "user"."id" = "review"."user_id"
          ) AS "row"
        ) AS "user"
      FROM "the page" AS "review"
      LIMIT 20
    ) AS "row"
  ))::text AS "json",
  (
    SELECT json_build_array("review"."created_at"::text, "review"."id"::text)
    FROM "the page" AS "review"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 20)
    LIMIT 1 OFFSET 19
  )::text AS "next",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/products/:id/inventory

WITH "the row" AS (
  SELECT
    "inventory"."quantity",
    "inventory"."restock_at",
    "inventory"."version"
  FROM "inventories" AS "inventory"
  WHERE "inventory"."product_id" = $1
  ORDER BY "inventory"."product_id" ASC
  LIMIT 1
)
SELECT
  to_json((
    SELECT "row".*::record
    FROM (
      SELECT
        "inventory"."quantity",
        to_char("inventory"."restock_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "restockAt"
      FROM "the row" AS "inventory"
    ) AS "row"
  ))::text AS "json",
  (
    SELECT "inventory"."version"
    FROM "the row" AS "inventory"
  )::text AS "version",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/reviews/:id

SELECT
  to_json((
    SELECT "row".*::record
    FROM (
      SELECT
        "review"."id",
        "review"."rating",
        "review"."title",
        "review"."body",
        to_char("review"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
        (
          SELECT "row".*::record
          FROM (
            SELECT
              "user"."id",
              "user"."name"
            FROM "users" AS "user"
            WHERE "user"."id" = "review"."user_id"
          ) AS "row"
        ) AS "user"
      FROM "reviews" AS "review"
      WHERE "review"."id" = $1
      ORDER BY "review"."id" ASC
      LIMIT 1
    ) AS "row"
  ))::text AS "json",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";
