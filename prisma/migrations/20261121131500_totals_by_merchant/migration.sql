-- With these columns in its leaves, a merchant's name and category come from the index alone: a dashboard looks up one
-- for each transaction.
CREATE INDEX "merchants_id_include_name_category_id_idx" ON "merchants"("id") INCLUDE ("name", "category_id");

-- A user's transactions are summed up by merchant first, so that each merchant's category is looked up once.
CREATE OR REPLACE VIEW "category_totals" AS
SELECT
  t."user_id",
  c."id" AS "category_id",
  c."name" AS "category",
  sum(t."amount")::numeric(12, 2) AS "total",
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
