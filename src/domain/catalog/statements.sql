-- GET /v1/products

WITH "the page" AS (
  SELECT "product".*
  FROM "products" AS "product"
  ORDER BY "product"."created_at" DESC, "product"."id" DESC
  LIMIT 21
)
SELECT
  to_json(ARRAY(
    SELECT "row"
    FROM (
      SELECT
        "product"."id",
        "product"."name",
        trim_scale("product"."price")::text AS "price",
        "product"."image_url" AS "imageUrl",
        coalesce("inventory"."quantity" > $1, FALSE) AS "inStock",
        (
          SELECT CASE WHEN abs(avg("reviews"."rating")::float8) < 'Infinity' THEN avg("reviews"."rating")::float8 + '0' END
          FROM "reviews"
          WHERE "reviews"."product_id" = "product"."id"
        ) AS "rating",
        (
          SELECT count(*)
          FROM "reviews" AS "reviews_2"
          WHERE "reviews_2"."product_id" = "product"."id"
        ) AS "reviewCount"
      FROM "the page" AS "product"
      LEFT JOIN "inventories" AS "inventory" ON "inventory"."product_id" = "product"."id"
      LIMIT 20
    ) AS "row"
  ))::text AS "json",
  (
    SELECT json_build_array(to_char("product"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), "product"."id")
    FROM "the page" AS "product"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 20)
    LIMIT 1 OFFSET 19
  )::text AS "next",
  pg_current_snapshot()::text AS "snapshot";

-- GET /v1/products/:id

SELECT
  to_json((
    SELECT "row"
    FROM (
      SELECT
        "product"."id",
        "product"."name",
        trim_scale("product"."price")::text AS "price",
        "product"."image_url" AS "imageUrl",
        coalesce("inventory"."quantity" > $1, FALSE) AS "inStock",
        (
          SELECT CASE WHEN abs(avg("reviews"."rating")::float8) < 'Infinity' THEN avg("reviews"."rating")::float8 + '0' END
          FROM "reviews"
          WHERE "reviews"."product_id" = "product"."id"
        ) AS "rating",
        (
          SELECT count(*)
          FROM "reviews" AS "reviews_2"
          WHERE "reviews_2"."product_id" = "product"."id"
        ) AS "reviewCount"
      FROM "products" AS "product"
      LEFT JOIN "inventories" AS "inventory" ON "inventory"."product_id" = "product"."id"
      WHERE "product"."id" = $2
      ORDER BY "product"."id" ASC
      LIMIT 1
    ) AS "row"
  ))::text AS "json",
  pg_current_snapshot()::text AS "snapshot";

-- GET /v1/products/:id/reviews

WITH "the page" AS (
  SELECT "review".*
  FROM "reviews" AS "review"
  WHERE "review"."product_id" = $1
  ORDER BY "review"."created_at" DESC, "review"."id" DESC
  LIMIT 21
)
SELECT
  to_json(ARRAY(
    SELECT "row"
    FROM (
      SELECT
        "review"."id",
        "review"."rating",
        "review"."title",
        "review"."body",
        to_char("review"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "createdAt",
        (
          SELECT "row"
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
    SELECT json_build_array(to_char("review"."created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), "review"."id")
    FROM "the page" AS "review"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 20)
    LIMIT 1 OFFSET 19
  )::text AS "next",
  pg_current_snapshot()::text AS "snapshot";
