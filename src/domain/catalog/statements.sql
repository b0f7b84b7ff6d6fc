-- GET /v1/products

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "product"."id",
    "product"."name",
    "product"."price",
    "product"."image_url",
    coalesce((
      SELECT "inventory"."quantity" > $1
      FROM "inventories" AS "inventory"
      WHERE "inventory"."product_id" = "product"."id"
    ), FALSE),
    "reviews_aggregates"."1"::float8,
    "reviews_aggregates"."2",
    "product"."created_at"
  FROM (
    SELECT
      "product"."id",
      "product"."name",
      "product"."price",
      "product"."image_url",
      "product"."created_at"
    FROM "products" AS "product"
    ORDER BY "product"."created_at" DESC, "product"."id" DESC
    LIMIT 21
  ) AS "product"
  CROSS JOIN LATERAL (
    SELECT
      avg("reviews"."rating") AS "1",
      count(*) AS "2"
    FROM "reviews"
    WHERE "reviews"."product_id" = "product"."id"
  ) AS "reviews_aggregates"
  ORDER BY "product"."created_at" DESC, "product"."id" DESC
);

-- GET /v1/products/:id

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "product"."id",
    "product"."name",
    "product"."price",
    "product"."image_url",
    coalesce((
      SELECT "inventory"."quantity" > $1
      FROM "inventories" AS "inventory"
      WHERE "inventory"."product_id" = "product"."id"
    ), FALSE),
    "reviews_aggregates"."1"::float8,
    "reviews_aggregates"."2",
    "product"."version"
  FROM (
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
  ) AS "product"
  CROSS JOIN LATERAL (
    SELECT
      avg("reviews"."rating") AS "1",
      count(*) AS "2"
    FROM "reviews"
    WHERE "reviews"."product_id" = "product"."id"
  ) AS "reviews_aggregates"
  ORDER BY "product"."id" ASC
);

-- GET /v1/products/:id/reviews

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "review"."id",
    "review"."rating",
    "review"."title",
    "review"."body",
    "review"."created_at",
    "user"."id",
    "user"."name"
  FROM (
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
  ) AS "review"
  LEFT JOIN "users" AS "user" ON "user"."id" = "review"."user_id"
  ORDER BY "review"."created_at" DESC, "review"."id" DESC
);

-- GET /v1/products/:id/inventory

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "inventory"."quantity",
    "inventory"."restock_at",
    "inventory"."version"
  FROM "inventories" AS "inventory"
  WHERE "inventory"."product_id" = $1
  ORDER BY "inventory"."product_id" ASC
  LIMIT 1
);

-- GET /v1/reviews/:id

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "review"."id",
    "review"."rating",
    "review"."title",
    "review"."body",
    "review"."created_at",
    "user"."id",
    "user"."name"
  FROM (
    SELECT
      "review"."id",
      "review"."user_id",
      "review"."rating",
      "review"."title",
      "review"."body",
      "review"."created_at"
    FROM "reviews" AS "review"
    WHERE "review"."id" = $1
    ORDER BY "review"."id" ASC
    LIMIT 1
  ) AS "review"
  LEFT JOIN "users" AS "user" ON "user"."id" = "review"."user_id"
  ORDER BY "review"."id" ASC
);
