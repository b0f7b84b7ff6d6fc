SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "product"."name",
    "reviews_aggregates"."1",
    (
      SELECT count(*)
      FROM "reviews" AS "reviews_2"
      WHERE "reviews_2"."product_id" = "product"."id"
        AND "reviews_2"."rating" >= $1
    ),
    (
      SELECT avg("reviews_3"."rating")::float8
      FROM "reviews" AS "reviews_3"
      WHERE "reviews_3"."product_id" = "product"."id"
        AND "reviews_3"."rating" >= $2
    ),
    "reviews_aggregates"."2"::float8
  FROM (
    SELECT
      "product"."id",
      "product"."name"
    FROM "products" AS "product"
    ORDER BY "product"."id" ASC
    LIMIT 2
  ) AS "product"
  CROSS JOIN LATERAL (
    SELECT
      count(*) AS "1",
      avg("reviews"."rating") AS "2"
    FROM "reviews"
    WHERE "reviews"."product_id" = "product"."id"
  ) AS "reviews_aggregates"
  ORDER BY "product"."id" ASC
)