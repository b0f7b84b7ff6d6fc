-- Users: 1 is Ada Lovelace, who buys the most; 2 is Grace Hopper, the administrator.

INSERT INTO users (id, email, name, avatar_url, phone, address, preferences, role, status,
                   encrypted_ssn, internal_risk_score, created_at, updated_at)
SELECT
  person.id,
  pg_temp.slug(first) || '.' || pg_temp.slug(last) || '.' || person.id || '@example.com',
  first || ' ' || last,
  CASE WHEN person.id <= 2 OR pg_temp.draw(person.id, 'user.avatar') < 0.8
    THEN 'https://cdn.example.com/avatars/' || pg_temp.slug(last) || '-' || person.id || '.webp' END,
  CASE WHEN person.id <= 2 OR pg_temp.draw(person.id, 'user.phone') < 0.85
    THEN '+49 30 ' || 1000000 + pg_temp.dice(8999999, person.id, 'user.phone') END,
  jsonb_build_object(
    'street', pg_temp.pick(pg_temp.streets(), person.id, 'user.street') || ' '
      || 1 + pg_temp.dice(180, person.id, 'user.house'),
    'postalCode', (10000 + pg_temp.dice(89999, person.id, 'user.postal'))::text,
    'city', city.name,
    'country', city.country),
  jsonb_build_object(
    'locale', pg_temp.pick('{en-GB,de-DE,fr-FR,es-ES,it-IT,nl-NL}', person.id, 'user.locale'),
    'theme', pg_temp.pick('{light,dark,system}', person.id, 'user.theme'),
    'newsletter', pg_temp.draw(person.id, 'user.newsletter') < 0.4,
    'notifications', jsonb_build_object(
      'email', pg_temp.draw(person.id, 'user.email') < 0.7,
      'push', pg_temp.draw(person.id, 'user.push') < 0.6,
      'digest', pg_temp.pick('{daily,weekly,never}', person.id, 'user.digest'))),
  CASE person.id WHEN 2 THEN 'admin' ELSE 'user' END::user_role,
  CASE
    WHEN person.id <= 2 OR pg_temp.draw(person.id, 'user.status') < 0.96 THEN 'active'
    WHEN pg_temp.draw(person.id, 'user.status') < 0.99 THEN 'suspended'
    ELSE 'closed'
  END::user_status,
  encode(sha256(('ssn ' || person.id)::bytea), 'base64'),
  (100 * pg_temp.draw(person.id, 'user.risk') * pg_temp.draw(person.id, 'user.risk'))::numeric(5, 2),
  joined,
  pg_temp.since(joined, pg_temp.draw(person.id, 'user.updated'))
FROM (
  SELECT
    id,
    coalesce(('{Ada,Grace}'::text[])[id], pg_temp.pick(pg_temp.first_names(), id, 'user.first')) AS first,
    coalesce(('{Lovelace,Hopper}'::text[])[id], pg_temp.pick(pg_temp.last_names(), id, 'user.last')) AS last,
    -- All users joined before the first purchase, two years ago.
    pg_temp.now() - interval '43920 hours' + interval '26000 hours' * (id / pg_temp.rows_of('users')::float8)
      AS joined
  FROM generate_series(1, pg_temp.rows_of('users')) AS id
) AS person
JOIN cities AS city ON city.id = 1 + pg_temp.dice(28, person.id, 'user.city');

-- The buyers, the most active first: Ada, then the others in no order. A few users never buy.
CREATE TEMPORARY TABLE buyers ON COMMIT DROP AS
SELECT id AS user_id, row_number() OVER (ORDER BY id <> 1, pg_temp.draw(id, 'buyer.place'), id)::int AS place
FROM users
WHERE role = 'user' AND (id = 1 OR pg_temp.draw(id, 'buyer.never') >= 0.03);
