-- Transactions, oldest first: one for each order, the others from shops; Ada has a fixed number of them.

CREATE TEMPORARY TABLE payments ON COMMIT DROP AS
SELECT *, row_number() OVER (ORDER BY created_at, order_id, n) AS id
FROM (
  SELECT 0 AS n, orders.id AS order_id, orders.user_id, baskets.merchant_id, total AS amount, orders.created_at,
    CASE status
      WHEN 'pending' THEN 'pending'
      WHEN 'cancelled' THEN 'refunded'
      ELSE 'settled'
    END::transaction_status AS status
  FROM orders
  JOIN baskets ON baskets.id = orders.id
  UNION ALL
  SELECT n, NULL, user_id,
    pg_temp.popular(pg_temp.draw(n, 'payment.merchant'), 'merchants', 0.1),
    2 + floor(250 * spend * spend * spend)::int + pg_temp.dice(100, n, 'payment.cents') / 100.0,
    created_at,
    CASE
      WHEN created_at > pg_temp.now() - interval '36 hours' AND pg_temp.draw(n, 'payment.pending') < 0.6
        THEN 'pending'
      WHEN pg_temp.draw(n, 'payment.status') < 0.955 THEN 'settled'
      WHEN pg_temp.draw(n, 'payment.status') < 0.975 THEN 'refunded'
      ELSE 'failed'
    END::transaction_status
  FROM (
    SELECT n, pg_temp.draw(n, 'payment.amount') AS spend,
      (pg_temp.now() - interval '17520 hours' * pg_temp.draw(n, 'payment.created') * pg_temp.draw(n, 'payment.created')
        - interval '1 second')::timestamptz(3) AS created_at,
      CASE WHEN n <= adas THEN 1 ELSE 1 + pg_temp.dealt(n - adas, rest - adas, buyers - 1, 0.065) END AS place
    FROM (SELECT
      pg_temp.rows_of('adas_transactions') - (SELECT count(*) FROM orders WHERE user_id = 1)::int AS adas,
      pg_temp.rows_of('transactions') - (SELECT count(*) FROM orders)::int AS rest,
      (SELECT count(*) FROM buyers)::int AS buyers) AS counts
    CROSS JOIN LATERAL generate_series(1, rest) AS n
  ) AS till
  JOIN buyers ON buyers.place = till.place
) AS payment;

INSERT INTO transactions (id, user_id, merchant_id, order_id, amount, status, description, reference, card_last4,
                          location, metadata, created_at, settled_at, updated_at)
SELECT
  payment.id, user_id, merchant_id, order_id, amount, status,
  CASE WHEN order_id IS NULL
    THEN merchant.name || ', '
      || pg_temp.pick('{card payment,contactless payment,mobile payment,subscription}', payment.id, 'payment.way')
    ELSE 'Order ' || order_id || ' at ' || merchant.name END,
  'txn_' || md5('payment ' || payment.id),
  (1000 + pg_temp.dice(9000, user_id, 'payment.card'))::text,
  jsonb_build_object(
    'city', address ->> 'city', 'country', address ->> 'country',
    'lat', address #> '{geo,lat}', 'lng', address #> '{geo,lng}',
    'terminal', 'T-' || lpad(pg_temp.dice(1000000, payment.id, 'payment.terminal')::text, 6, '0')),
  jsonb_build_object(
    'device', jsonb_build_object(
      'kind', pg_temp.pick('{phone,phone,laptop,terminal}', payment.id, 'payment.device'),
      'os', pg_temp.pick('{iOS 19.1,Android 16,macOS 26,Windows 11}', user_id, 'payment.os')),
    'ip', '203.0.113.' || pg_temp.dice(256, payment.id, 'payment.ip'),
    'risk', jsonb_build_object(
      'score', pg_temp.dice(1000, payment.id, 'payment.risk') / 1000.0,
      'signals', (ARRAY['[]', '[]', '["new_device"]', '["velocity"]', '["geo_mismatch", "night"]']::jsonb[])
        [1 + pg_temp.dice(5, payment.id, 'payment.signals')]),
    'tags', (ARRAY['["household"]', '["household", "shared"]', '["work", "refundable"]', '["leisure"]']::jsonb[])
      [1 + pg_temp.dice(4, payment.id, 'payment.tags')]),
  payment.created_at, settled_at, coalesce(settled_at, payment.created_at)
FROM payments AS payment
JOIN merchants AS merchant ON merchant.id = merchant_id
CROSS JOIN LATERAL (SELECT CASE WHEN status IN ('settled', 'refunded') THEN least(pg_temp.now(),
  payment.created_at + interval '60 hours' * pg_temp.draw(payment.id, 'payment.settled')) END AS settled_at) AS clearing
ORDER BY payment.id;
