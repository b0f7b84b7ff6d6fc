-- Rows that tests look for by id, from 1001 up in every table; in the tiny size alone.
--   users        1001 has nothing at all: no rows in other tables, and null in every nullable column;
--                1002 has an odd name; 1003 is closed, and has one transaction
--   categories   1001 has no relations: no parent, no children, no merchants
--   merchants    1001 has no products, transactions or devices
--   products     1001 has no reviews; 1002 no inventory; 1003 neither, and empty lists;
--                1004 is sold out, and has the highest price
--   orders       1001 has no items and no transaction; 1002 is pending, and Ada's
--   transactions 1001 is Ada's newest, of 0.00, with a JSON null; 1002 is the oldest of all, in 1970
--   projects     1001 has no permissions; 1002, below it, has Ada as its viewer;
--                1003, below that, has no rows of its own
--   devices      1001 has no readings; 1002 has one, with floats that print with an exponent

INSERT INTO users (id, email, name, status, created_at, updated_at)
VALUES
  (1001, 'nobody@example.com', 'Nobody', 'active', '1970-01-01 00:00:00.001Z', pg_temp.now()),
  (1002, 'zoe+shop@example.com', 'Zoë "Zed" O''Brien-Łukasiewicz 🦊 \ 100%_', 'active', pg_temp.now(), pg_temp.now()),
  (1003, '李.雷@example.com', '李雷', 'closed', '1970-01-01 00:00:00.001Z', pg_temp.now());

INSERT INTO categories (id, parent_id, name, slug, description, icon_url, created_at, updated_at)
VALUES (1001, NULL, 'Crème & “Brûlée” <b>', 'creme-brulee', '', '', pg_temp.now(), pg_temp.now());

INSERT INTO merchants (id, category_id, name, legal_name, description, website_url, logo_url, support_email,
                       support_phone, address, tax_id, created_at, updated_at)
VALUES (1001, 25, 'Müller''s "Café" 東京', 'Müller & Söhne ''GmbH''', E'One\nline two\ta tab\r\na \\ backslash',
  '', '', '', '', '{}', '', pg_temp.now(), pg_temp.now());

INSERT INTO products (id, merchant_id, category_id, name, slug, description, price, image_url, attributes, labels,
                      status, created_at, updated_at)
SELECT corner.id, 1, category_id, corner.name, 'corner-' || corner.id,
  E'"Quoted", \'single\', \\, \u2028 and \U0001F9C0', price, '', attributes::jsonb, labels::text[],
  status::product_status, pg_temp.now(), pg_temp.now()
FROM (VALUES
  (1001, 'Never Reviewed', 0.01, '{"list": [1, 2.50, null, true, "é"]}', '{"a space","a \"quote\"","a,comma"}', 'active'),
  (1002, 'Never Counted', 10.00, '[]', '{}', 'active'),
  (1003, '100% "Plain"_\', 0.00, 'null', '{}', 'draft'),
  (1004, 'Dearest', 9999999999.99, '"text"', '{NULL,""}', 'archived')
) AS corner (id, name, price, attributes, labels, status)
JOIN merchants ON merchants.id = 1;

INSERT INTO inventories (product_id, quantity, restock_at, updated_at)
VALUES (1001, 2147483647, NULL, pg_temp.now()), (1004, 0, NULL, pg_temp.now());

INSERT INTO reviews (id, product_id, user_id, rating, title, body, created_at, updated_at)
VALUES
  (1001, 1002, 1002, 1, '', '', pg_temp.now(), pg_temp.now()),
  (1002, 1002, 1003, 5, '👍🏽', E'很好\n\n"5/5"', pg_temp.now(), pg_temp.now()),
  (1003, 1004, 1002, 4, 'Same moment', 'as the others', pg_temp.now(), pg_temp.now());

INSERT INTO orders (id, user_id, status, total, shipping_address, created_at, updated_at)
VALUES
  (1001, 1, 'cancelled', 0, '{}', pg_temp.now(), pg_temp.now()),
  (1002, 1, 'pending', 20.00, '{"name": "Ada \"A\" Lovelace"}', pg_temp.now(), pg_temp.now());

INSERT INTO order_items (order_id, product_id, quantity, unit_price) VALUES (1002, 1002, 2, 10.00);

INSERT INTO transactions (id, user_id, merchant_id, order_id, amount, status, description, reference, card_last4,
                          location, metadata, created_at, settled_at, updated_at)
VALUES
  (1001, 1, 1, NULL, 0, 'pending', '', '', '    ', '{}', 'null', pg_temp.now(), NULL, pg_temp.now()),
  (1002, 1003, 1, NULL, 9999999999.99, 'settled', 'Größe "XL" – 東京', '\', '0000', '[]', '{"": {"ключ": "знач"}}',
   '1970-01-01 00:00:00.001Z', '1970-01-01 00:00:00.001Z', '1970-01-01 00:00:00.001Z'),
  (1003, 1, 1, 1002, 20.00, 'pending', 'Order 1002', 'order 1002', '1234', '{}', '{}',
   pg_temp.now(), NULL, pg_temp.now());

INSERT INTO projects (id, parent_id, name, description, status, created_at, updated_at)
SELECT id, CASE WHEN id > 1001 THEN id - 1 END, 'Ünïcode "' || id || '"', '', 'planned', pg_temp.now(), pg_temp.now()
FROM generate_series(1001, 1003) AS id;

INSERT INTO permissions (user_id, project_id, role, granted_by_id, created_at, updated_at)
VALUES (1, 1002, 'viewer', NULL, pg_temp.now(), pg_temp.now());

INSERT INTO posts (id, author_id, title, body, metadata, created_at, updated_at)
VALUES (1001, 1002, '', '', 'null', pg_temp.now(), pg_temp.now());

INSERT INTO notifications (id, user_id, kind, title, body, data, read_at, created_at)
VALUES (1001, 1, 'system', '', '', 'null', NULL, pg_temp.now());

INSERT INTO devices (id, merchant_id, serial, name, kind, status, location, firmware, created_at, updated_at)
SELECT id, 1, 'Corner-' || id, 'Sensor "' || id || '" ❄', 'freezer', 'retired', '{}', '', pg_temp.now(), pg_temp.now()
FROM generate_series(1001, 1002) AS id;

INSERT INTO readings (device_id, timestamp, temperature, humidity, battery, received_at)
VALUES (1002, pg_temp.now(), 1e-7, 1e21, 0, pg_temp.now());

INSERT INTO readings_hourly (device_id, hour, count, temperature_min, temperature_max, temperature_avg, humidity_avg,
                             updated_at)
VALUES (1002, date_trunc('hour', pg_temp.now(), 'UTC'), 1, 1e-7, 1e-7, 1e-7, 1e21, pg_temp.now());
