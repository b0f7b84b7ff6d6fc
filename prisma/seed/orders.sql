-- Orders: each has one to four products of one merchant. The first is random, the others are older neighbours.

CREATE TEMPORARY TABLE shelf_places ON COMMIT DROP AS
SELECT id AS product_id, merchant_id, price, row_number() OVER (PARTITION BY merchant_id ORDER BY id)::int AS place
FROM products
WHERE status <> 'draft';
ANALYZE shelf_places;

CREATE TEMPORARY TABLE baskets ON COMMIT DROP AS
SELECT *,
  row_number() OVER (ORDER BY created_at, n)::int AS id,
  percent_rank() OVER (ORDER BY created_at DESC, n) AS age
FROM (
  SELECT
    n, user_id, merchant_id, drawn.place,
    pg_temp.since(bestsellers.created_at, pg_temp.draw(n, 'order.created'))::timestamptz(3) AS created_at,
    least(drawn.place, 1 + floor(4 * pg_temp.draw(n, 'order.size') * pg_temp.draw(n, 'order.size'))::int) AS size
  FROM generate_series(1, pg_temp.rows_of('orders')) AS n
  CROSS JOIN (SELECT count(*)::int AS buyers FROM buyers) AS b
  CROSS JOIN (SELECT count(*)::int AS products FROM bestsellers) AS p
  JOIN buyers ON buyers.place = pg_temp.dealt(n, pg_temp.rows_of('orders'), b.buyers, 0.065)
  JOIN bestsellers ON bestsellers.place = pg_temp.skewed(pg_temp.draw(n, 'order.product'), p.products, 0.05)
  JOIN shelf_places AS drawn USING (product_id)
) AS basket;

CREATE TEMPORARY TABLE basket_items ON COMMIT DROP AS
SELECT basket.id AS order_id, product_id, price AS unit_price,
  1 + floor(3 * pg_temp.draw(product_id * 9973::bigint + basket.n, 'item.quantity')
    * pg_temp.draw(product_id * 9973::bigint + basket.n, 'item.quantity'))::int AS quantity
FROM baskets AS basket
CROSS JOIN LATERAL generate_series(0, size - 1) AS step
JOIN shelf_places AS shelf ON shelf.merchant_id = basket.merchant_id AND shelf.place = basket.place - step;

-- The newest orders are still in delivery; nearly all others have arrived.
INSERT INTO orders (id, user_id, status, total, shipping_address, created_at, updated_at)
SELECT
  basket.id, user_id, fate.status, total, address || jsonb_build_object('name', users.name), basket.created_at,
  least(pg_temp.now(), basket.created_at + CASE fate.status
    WHEN 'pending' THEN interval '0'
    WHEN 'delivered' THEN interval '36 hours' + interval '96 hours' * pg_temp.draw(basket.id, 'order.updated')
    ELSE interval '24 hours' * pg_temp.draw(basket.id, 'order.updated') END)
FROM baskets AS basket
JOIN (SELECT order_id, sum(quantity * unit_price) AS total FROM basket_items GROUP BY order_id) AS bill
  ON order_id = basket.id
JOIN users ON users.id = user_id
CROSS JOIN LATERAL (SELECT (CASE
  WHEN age < 0.03 AND pg_temp.draw(basket.id, 'order.accepted') < 0.5 THEN 'pending'
  WHEN age < 0.03 THEN 'processing'
  WHEN age < 0.06 THEN 'shipped'
  WHEN pg_temp.draw(basket.id, 'order.cancelled') < 0.042 THEN 'cancelled'
  ELSE 'delivered' END)::order_status AS status) AS fate
ORDER BY basket.id;

INSERT INTO order_items (order_id, product_id, quantity, unit_price)
SELECT order_id, product_id, quantity, unit_price FROM basket_items ORDER BY order_id, product_id;
