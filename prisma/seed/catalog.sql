-- Products, newest last; their stock; and their reviews, of which a few products have the most.

INSERT INTO products (id, merchant_id, category_id, name, slug, description, price, image_url, gallery, attributes,
                      labels, status, created_at, updated_at)
SELECT
  article.id, merchant_id, category_id,
  article.name,
  pg_temp.slug(article.name) || '-' || article.id,
  'The ' || article.name || ' is made in small runs by ' || merchant || ', and it shows in every detail. '
    || pg_temp.pick(ARRAY[
      'It was designed together with people who use it every day, and it has been improved in four rounds since the first version left the workshop.',
      'We compared nineteen alternatives before we settled on this one, and we would choose it again without a moment of doubt.',
      'It replaces the model that our customers liked best for six years, and keeps everything that they asked us not to change.',
      'It is the quiet favourite of our own team: the one that people take home from the shop when nobody is watching.'],
      article.id, 'product.origin') || ' '
    || pg_temp.pick(ARRAY[
      'All parts come from suppliers within a day''s drive, which keeps the transport short and the quality easy to check.',
      'Every batch is inspected twice, once where it is made and once in our own warehouse, before it goes on sale.',
      'The materials are certified, traceable to their source, and free of anything that you would not want at home.',
      'It is built to be repaired: spare parts are kept for ten years, and the instructions are public.'],
      article.id, 'product.quality') || ' '
    || pg_temp.pick(ARRAY[
      'It is at home in small flats and large houses alike, and it makes a present that nobody has to exchange afterwards.',
      'Beginners get along with it at once, and people who know what they are doing will notice the things that others leave out.',
      'Whoever uses it once a year will be as happy with it as those who use it twice a day; it does not mind either way.'],
      article.id, 'product.use') || ' '
    || pg_temp.pick(ARRAY[
      'Store it in a dry place away from direct sunlight, and it will serve you for a long time.',
      'Wipe it with a damp cloth when needed; harsh cleaners are neither necessary nor good for it.',
      'It arrives ready to use, with a short guide in eight languages and a card with our phone number.'],
      article.id, 'product.care') || ' '
    || pg_temp.pick(ARRAY[
      'Delivery takes two to four working days in the European Union. You may send it back within thirty days, no questions asked.',
      'We ship it climate-neutrally in a box made of recycled paper. If anything is wrong with it, we collect it at your door.',
      'It ships from our warehouse on the day of the order. The guarantee covers three years and passes on with the article.'],
      article.id, 'product.delivery'),
  4 + floor(600 * luxury * luxury * luxury)::int
    + pg_temp.pick('{0.90,0.95,0.99,0.49}', article.id, 'product.cents')::numeric,
  image || 'main.webp',
  ARRAY(SELECT image || shot || '-1600w.webp'
        FROM unnest('{front,side,detail,in-use,packaging,scale}'::text[]) WITH ORDINALITY AS view (shot, n)
        WHERE n <= 4 + pg_temp.dice(3, article.id, 'product.gallery') ORDER BY n),
  jsonb_build_object(
    'brand', merchant, 'material', material, 'colour', pg_temp.pick(pg_temp.colours(), article.id, 'product.colour'),
    'sku', 'HP-' || lpad(article.id::text, 7, '0'),
    'ean', '40' || lpad(pg_temp.dice(2147483647, article.id, 'product.ean')::text, 11, '0'),
    'weightGrams', 80 + pg_temp.dice(4000, article.id, 'product.weight'),
    'dimensions', jsonb_build_object(
      'unit', 'mm',
      'width', 40 + pg_temp.dice(900, article.id, 'product.width'),
      'height', 20 + pg_temp.dice(700, article.id, 'product.height'),
      'depth', 10 + pg_temp.dice(500, article.id, 'product.depth')),
    'origin', pg_temp.pick('{DE,FR,IT,ES,PT,NL,AT,SE}', article.id, 'product.country'),
    'warrantyMonths', 12 * (1 + pg_temp.dice(5, article.id, 'product.warranty')),
    'certifications', to_jsonb(('{ISO 9001,EU Ecolabel,FSC,OEKO-TEX,Fairtrade,CE}'::text[])
      [1 + pg_temp.dice(3, article.id, 'product.certified') : 3 + pg_temp.dice(3, article.id, 'product.certificates')]),
    'packaging', jsonb_build_object('material', 'recycled cardboard', 'recyclable', true)),
  (ARRAY[trait, material, 'bestseller', 'new arrival', 'gift idea'])
    [1 : 1 + pg_temp.dice(4, article.id, 'product.labels')],
  CASE
    WHEN pg_temp.draw(article.id, 'product.status') < 0.92 THEN 'active'
    WHEN pg_temp.draw(article.id, 'product.status') < 0.97 THEN 'archived'
    ELSE 'draft'
  END::product_status,
  added, pg_temp.since(added, pg_temp.draw(article.id, 'product.updated'))
FROM (
  SELECT
    product.id, merchant_id, category_id, merchant.name AS merchant, trait, material, luxury, added,
    trait || ' ' || material || ' ' || pg_temp.pick(nouns, product.id, 'product.noun') || ', '
      || pg_temp.pick(variants, product.id, 'product.variant') AS name,
    'https://cdn.example.com/catalogue/products/' || lpad(product.id::text, 7, '0') || '/' AS image
  FROM (
    SELECT
      id,
      pg_temp.popular(pg_temp.draw(id, 'product.merchant'), 'merchants', 0.2) AS merchant_id,
      pg_temp.draw(id, 'product.price') AS luxury,
      pg_temp.now() - interval '17520 hours'
        * (1 - (id - pg_temp.draw(id, 'product.added')) / pg_temp.rows_of('products')) AS added
    FROM generate_series(1, pg_temp.rows_of('products')) AS id
  ) AS product
  JOIN merchants AS merchant ON merchant.id = merchant_id
  JOIN shelves ON shelves.id = category_id - 24
  JOIN departments ON departments.id = (shelves.id + 5) / 6
  CROSS JOIN LATERAL (SELECT pg_temp.pick(traits, product.id, 'product.trait') AS trait,
                             pg_temp.pick(materials, product.id, 'product.material') AS material) AS words
) AS article;

-- The products that sell, the most popular first; drafts do not sell.
CREATE TEMPORARY TABLE bestsellers ON COMMIT DROP AS
SELECT id AS product_id, created_at, row_number() OVER (ORDER BY pg_temp.draw(id, 'bestseller.place'), id)::int AS place
FROM products
WHERE status <> 'draft';

-- Most products are in stock, some are sold out, and a few have no inventory.
INSERT INTO inventories (product_id, quantity, warehouse, restock_at, updated_at)
SELECT
  id, quantity, pg_temp.pick('{main,main,main,north,south,harbour}', id, 'stock.warehouse'),
  CASE WHEN quantity = 0 AND pg_temp.draw(id, 'stock.restock') < 0.7
    THEN pg_temp.now() + interval '336 hours' * pg_temp.draw(id, 'stock.restock') END,
  pg_temp.since(created_at, pg_temp.draw(id, 'stock.updated'))
FROM (
  SELECT id, created_at,
    CASE WHEN pg_temp.draw(id, 'stock.out') < 0.08 THEN 0
      ELSE 1 + floor(400 * pg_temp.draw(id, 'stock.left') * pg_temp.draw(id, 'stock.left'))::int END AS quantity
  FROM products
  WHERE pg_temp.draw(id, 'stock.unknown') >= 0.03
) AS stock;

-- A user reviews a product once: the reviewers of one product have neighbouring places among all users.
WITH dealt AS (
  SELECT product_id, created_at AS added, row_number() OVER (PARTITION BY product_id) AS nth
  FROM generate_series(1, pg_temp.rows_of('reviews')) AS n
  JOIN bestsellers
    ON place = pg_temp.dealt(n, pg_temp.rows_of('reviews'), (SELECT count(*) FROM bestsellers)::int, 0.025)
),
written AS (
  SELECT
    product_id, nth, product_id * 100003::bigint + nth AS review,
    pg_temp.at_place(nth + pg_temp.dice(pg_temp.rows_of('users'), product_id, 'review.first'), pg_temp.rows_of('users'))
      AS user_id,
    pg_temp.since(added, pg_temp.draw(product_id * 100003::bigint + nth, 'review.created')) AS created_at
  FROM dealt
  WHERE nth <= pg_temp.rows_of('users')
),
rated AS (
  SELECT *, row_number() OVER (ORDER BY created_at, product_id, nth) AS id,
    -- The shares of five to one stars; a good product has fewer of the low ones.
    5 - width_bucket(pg_temp.draw(review, 'review.rating') * (1.15 - 0.3 * pg_temp.draw(product_id, 'product.quality')),
      ARRAY[0.48, 0.78, 0.9, 0.95]) AS rating
  FROM written
)
INSERT INTO reviews (id, product_id, user_id, rating, title, body, created_at, updated_at)
SELECT
  id, product_id, user_id, rating,
  CASE
    WHEN rating >= 4 THEN pg_temp.pick(ARRAY['Exactly what I hoped for', 'Would buy it again', 'Better than expected',
      'Worth every cent', 'A lovely surprise', 'My new favourite', 'Does what it should', 'Very happy with it'], id, 'review.title')
    WHEN rating = 3 THEN pg_temp.pick(ARRAY['It is all right', 'Good, with some flaws', 'Fine for the price',
      'Not sure yet', 'Average'], id, 'review.title')
    ELSE pg_temp.pick(ARRAY['Disappointed', 'Sent it back', 'Not as described', 'Broke after a week',
      'I expected more'], id, 'review.title')
  END,
  CASE
    WHEN rating >= 4 THEN pg_temp.pick(ARRAY[
      'I have used it almost every day for two months now and have found nothing to complain about.',
      'It arrived two days early, well packed, and it looks even better than in the pictures.',
      'The quality is well above what I expected at this price, and it feels as if it will last.',
      'A friend recommended it to me, and I have already recommended it to two more people.'], id, 'review.praise') || ' '
    WHEN rating = 3 THEN pg_temp.pick(ARRAY[
      'It works, but the finish could be better and the instructions were hard to follow.',
      'Delivery took longer than promised; the article itself is decent and does its job.'], id, 'review.praise') || ' '
    ELSE pg_temp.pick(ARRAY[
      'It came with a scratch and a missing part, and I waited ten days for an answer.',
      'The size is not what the description says, and the material feels cheap.',
      'It stopped working within a week, which should not happen at this price.'], id, 'review.praise') || ' '
  END || pg_temp.pick(ARRAY[
    'I bought the larger one for my parents as well.',
    'Support answered my question within an hour and was friendly about it.',
    'The colour is slightly darker than on my screen, so look at it in daylight first.',
    'It takes a little while to get used to, as these things do.',
    'I compared it with three others before I decided.'], id, 'review.detail')
  || CASE WHEN pg_temp.draw(id, 'review.long') < 0.5 THEN ' ' || pg_temp.pick(ARRAY[
    'The packaging was all paper, which I liked.',
    'If they ever make a smaller version, I will be the first to order it.',
    'Setting it up took five minutes without any tools.',
    'My neighbour asked me where I got it on the very first day.'], id, 'review.more') ELSE '' END,
  created_at, created_at
FROM rated
ORDER BY id;
