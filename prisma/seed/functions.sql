-- The random numbers of a seed: hashes of ids, so that a row is the same on every machine and at every time.
-- Only +, -, * and / touch the floats: unlike power() or sin(), they give the same bits with every C library.
-- Each draw has its own name, a constant, which the planner folds together with its hash.

-- A number in [0, 1).
CREATE OR REPLACE FUNCTION pg_temp.draw(id bigint, name text) RETURNS float8 IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(id, hashtextextended(name, 0)) & 9007199254740991) / 9007199254740992::float8;

-- A whole number from 0 to n - 1.
CREATE OR REPLACE FUNCTION pg_temp.dice(n int, id bigint, name text) RETURNS int IMMUTABLE PARALLEL SAFE
RETURN ((hashint8extended(id, hashtextextended(name, 0)) & 2147483647) % n)::int;

-- An element of a list.
CREATE OR REPLACE FUNCTION pg_temp.pick(list text[], id bigint, name text) RETURNS text IMMUTABLE PARALLEL SAFE
RETURN list[1 + pg_temp.dice(cardinality(list), id, name)];

-- A place from 1 to n, for u in [0, 1); the first places are the most frequent, as in Zipf's law.
-- A smaller `evenness` gives more to the first places.
CREATE OR REPLACE FUNCTION pg_temp.skewed(u float8, n int, evenness float8) RETURNS int IMMUTABLE PARALLEL SAFE
RETURN least(n, 1 + floor(n * u * (u * u + 3 * u * evenness + 3 * evenness * evenness)
  / (1 + 3 * evenness + 3 * evenness * evenness))::int);

-- The same for rows in fixed shares: the place of the nth row of a total.
CREATE OR REPLACE FUNCTION pg_temp.dealt(nth bigint, deal int, n int, evenness float8) RETURNS int
IMMUTABLE PARALLEL SAFE
RETURN pg_temp.skewed((nth - 1) / deal::float8, n, evenness);

-- The id at a place: a permutation of 1 .. n (7919 is a prime, and divides no n that a seed uses), so that popular ids
-- are far apart. The first place is that of id 1.
CREATE OR REPLACE FUNCTION pg_temp.at_place(place bigint, n int) RETURNS int IMMUTABLE PARALLEL SAFE
RETURN (1 + (place - 1) * 7919 % n)::int;

-- The id of a row of a table, a few of which are popular.
CREATE OR REPLACE FUNCTION pg_temp.popular(u float8, name text, evenness float8) RETURNS int IMMUTABLE PARALLEL SAFE
RETURN pg_temp.at_place(pg_temp.skewed(u, pg_temp.rows_of(name), evenness), pg_temp.rows_of(name));

-- A moment between a time in the past and the reference time.
CREATE OR REPLACE FUNCTION pg_temp.since(moment timestamptz, u float8) RETURNS timestamptz IMMUTABLE PARALLEL SAFE
RETURN moment + u * (pg_temp.now() - moment);

CREATE OR REPLACE FUNCTION pg_temp.slug(label text) RETURNS text IMMUTABLE PARALLEL SAFE
RETURN trim('-' FROM regexp_replace(lower(label COLLATE "C"), '[^a-z0-9]+', '-', 'g'));
