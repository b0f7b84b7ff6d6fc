-- A sum of amounts may be larger than the largest amount: numeric(12, 2) refused it, and the dashboard answered 500.
-- PostgreSQL cannot change the type of a view's column in place.
DROP VIEW "category_totals";

CREATE VIEW "category_totals" AS
SELECT
  t."user_id",
  c."id" AS "category_id",
  c."name" AS "category",
  sum(t."amount")::numeric(20, 2) AS "total",
  sum(t."count")::int AS "count"
FROM (
  SELECT "user_id", "merchant_id", sum("amount") AS "amount", count(*) AS "count"
  FROM "transactions"
  WHERE "status" IN ('pending', 'settled')
  GROUP BY "user_id", "merchant_id"
) t
JOIN "merchants" m ON m."id" = t."merchant_id"
JOIN "categories" c ON c."id" = m."category_id"
GROUP BY t."user_id", c."id";
