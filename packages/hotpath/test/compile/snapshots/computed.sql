SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "product"."name",
    (
      SELECT count(*)
      FROM "reviews"
      WHERE "reviews"."product_id" = "product"."id"
        AND "reviews"."rating" >= $1
    ),
    coalesce((
      SELECT "inventory"."quantity" > $2
      FROM "inventories" AS "inventory"
      WHERE "inventory"."product_id" = "product"."id"
    ), FALSE),
    (
      SELECT avg("reviews_2"."rating")::float8
      FROM "reviews" AS "reviews_2"
      WHERE "reviews_2"."product_id" = "product"."id"
    )
  FROM "products" AS "product"
  ORDER BY "product"."id" ASC
)