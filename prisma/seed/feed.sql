-- Posts, and notifications: one for each order, the others of all kinds. New ones tend to be unread.

INSERT INTO posts (id, author_id, title, body, media, metadata, created_at, updated_at)
SELECT
  post.id, author_id,
  replace(pg_temp.pick(ARRAY['What I learned about %', 'Five notes on %', 'A small guide to %', 'Thinking about %',
    'My week with %', 'Notes from a year of %', 'On the quiet pleasure of %'], post.id, 'post.opening'), '%', topic),
  replace(pg_temp.pick(ARRAY[
    'I did not expect to write about % this month, but three people asked me the same question in one day.',
    'After two years I have finally found a way to deal with % that I can recommend without reservations.',
    'Most of what one reads about % is either too short to be useful or too long to be read.'], post.id, 'post.first'), '%', topic) || ' '
    || pg_temp.pick(ARRAY[
    'The first thing to say is that it takes less time than one fears. Start with one corner, finish it, and look at it the next morning.',
    'I keep a list on the kitchen door, and everybody may add to it, but only one person may cross things out.',
    'The expensive solution was not the best one. The one that stayed is the one that my grandmother would have recognised.'], post.id, 'post.second')
    || ' ' || pg_temp.pick(ARRAY[
    'If you have tried something else, write to me; I collect such stories and read every one of them.',
    'Next time I will show what went wrong, because that was the more interesting half.',
    'The pictures below are from last Sunday, when the light was good and nothing was tidy.'], post.id, 'post.third'),
  ARRAY(SELECT 'https://cdn.example.com/posts/' || post.id || '/' || n || '.webp'
        FROM generate_series(1, pg_temp.dice(4, post.id, 'post.media')) AS n ORDER BY n),
  jsonb_build_object(
    'topic', topic, 'language', 'en', 'client', pg_temp.pick('{web,ios,android}', post.id, 'post.client'),
    'readingMinutes', 1 + pg_temp.dice(6, post.id, 'post.reading'),
    'reactions', jsonb_build_object(
      'like', pg_temp.dice(200, post.id, 'post.like'),
      'save', pg_temp.dice(30, post.id, 'post.save'))),
  created_at, pg_temp.since(created_at, 0.1 * pg_temp.draw(post.id, 'post.updated'))
FROM (
  SELECT
    row_number() OVER (ORDER BY created_at, n) AS id, author_id, created_at,
    pg_temp.pick('{balcony tomatoes,slow mornings,second-hand bicycles,sourdough,spreadsheets,winter coats,night trains,
      small kitchens,repair cafes,morning markets,house plants,long walks}', n, 'post.topic') AS topic
  FROM (
    SELECT n,
      pg_temp.popular((n - 1) / pg_temp.rows_of('posts')::float8, 'users', 0.1) AS author_id,
      (pg_temp.now() - interval '1 minute' - interval '10000 hours' * pg_temp.draw(n, 'post.created'))::timestamptz(3)
        AS created_at
    FROM generate_series(1, pg_temp.rows_of('posts')) AS n
  ) AS draft
) AS post;

INSERT INTO notifications (id, user_id, kind, title, body, data, read_at, created_at)
SELECT
  notice.id, user_id, kind::notification_kind, title, body, data,
  -- An older notification is more likely to be read.
  CASE WHEN pg_temp.draw(notice.id, 'notification.read') < 0.35 + 0.9 * age
    THEN pg_temp.since(created_at, 0.2 * pg_temp.draw(notice.id, 'notification.seen')) END,
  created_at
FROM (
  SELECT *,
    row_number() OVER (ORDER BY created_at, source, n) AS id,
    percent_rank() OVER (ORDER BY created_at DESC, source, n) AS age
  FROM (
    SELECT 1 AS source, id AS n, user_id, 'order' AS kind, updated_at AS created_at,
      'Order ' || id || ' is ' || status AS title,
      'Your order ' || id || ' over ' || total || ' ' || currency || ' is now ' || status
        || '. You find all that belongs to it under Orders.' AS body,
      jsonb_build_object('orderId', id, 'status', status) AS data
    FROM orders
    UNION ALL
    SELECT 2, n, user_id, news.kind,
      (pg_temp.now() - interval '1 second' - interval '8760 hours' * age * age)::timestamptz(3),
      news.title, news.body,
      jsonb_build_object('kind', news.kind, 'campaign', pg_temp.dice(1000, n, 'notification.campaign'))
    FROM (SELECT pg_temp.rows_of('notifications') - pg_temp.rows_of('orders') AS rest,
                 (SELECT count(*) FROM buyers)::int AS buyers) AS counts
    CROSS JOIN LATERAL generate_series(1, rest) AS n
    CROSS JOIN LATERAL (SELECT pg_temp.draw(n, 'notification.created') AS age) AS drawn
    JOIN buyers ON buyers.place = pg_temp.dealt(n, rest, counts.buyers, 0.1)
    JOIN (VALUES
      (0, 'project', 'You were mentioned in a comment', 'Somebody asks for your opinion on the schedule.'),
      (1, 'project', 'A task of yours is due tomorrow', 'The checklist has one open point with your name beside it.'),
      (2, 'review', 'Your review helped somebody', 'Another buyer found it useful and bought the same product.'),
      (3, 'review', 'How do you like your purchase?', 'Tell others about it. They will thank you for it.'),
      (4, 'device', 'A freezer was too warm for ten minutes', 'It went back to normal by itself. The readings show when.'),
      (5, 'system', 'Your monthly summary is ready', 'What you spent, by category, compared with the month before.')
    ) AS news (number, kind, title, body) ON number = pg_temp.dice(6, n, 'notification.news')
  ) AS draft
) AS notice
ORDER BY notice.id;
