-- The words and places from which every module draws.

CREATE OR REPLACE FUNCTION pg_temp.first_names() RETURNS text[] IMMUTABLE PARALLEL SAFE RETURN
'{Alan,Alice,Amara,Amina,Anders,Andrea,Anton,Aria,Arthur,Astrid,Barbara,Beatriz,Benedikt,Camille,Carlos,Chiara,
Claire,Clara,Daniel,Dennis,Diego,Donald,Edith,Edsger,Elena,Elias,Emil,Emma,Erik,Fatima,Felix,Finn,Frances,Freya,
Giulia,Hana,Hannah,Hedy,Henrik,Hugo,Ida,Ines,Ingrid,Iris,Isabel,Ivan,Jakob,James,Jana,Jean,Joana,Johan,John,Jonas,
Julia,Kai,Karen,Katherine,Ken,Klara,Lars,Laura,Leo,Leslie,Lina,Linus,Lucas,Lucia,Luis,Mads,Magnus,Margaret,Maria,
Marie,Marta,Mateo,Matilda,Maya,Mia,Milan,Mira,Nadia,Niklaus,Nils,Nina,Noah,Nora,Olga,Oliver,Oscar,Paula,Pedro,
Petra,Priya,Radia,Rafael,Rosa,Ruth,Samir,Sara,Selma,Shafi,Sofia,Stefan,Sven,Tara,Teresa,Theo,Thomas,Tim,Tomas,Vera,
Viktor,Wanda,Yara,Yusuf}'::text[];

CREATE OR REPLACE FUNCTION pg_temp.last_names() RETURNS text[] IMMUTABLE PARALLEL SAFE RETURN
'{Abbott,Adler,Almeida,Andersen,Bachmann,Backus,Bakker,Bartik,Bauer,Becker,Berg,Bianchi,Blum,Borg,Brandt,Carvalho,
Clark,Codd,Conti,Costa,Dahl,Diaz,Dijkstra,Dubois,Engelbart,Eriksen,Esposito,Faber,Ferrari,Fischer,Fontaine,Franke,
Garcia,Geller,Goldberg,Gomez,Gray,Greco,Haas,Hamilton,Hansen,Hartmann,Hoare,Holberton,Horvat,Ivanova,Jansen,Jensen,
Johnson,Kaufmann,Keller,Knuth,Koch,Kovacs,Kowalska,Kruger,Lamarr,Lamport,Lang,Larsen,Leroy,Lindberg,Liskov,Lopez,
Lorenz,Marino,Martin,Mauchly,Mayer,Meyer,Moreau,Moretti,Moser,Neumann,Nielsen,Novak,Nyberg,Okafor,Olsen,Papadakis,
Patel,Perlman,Peters,Petrov,Pinto,Popescu,Ricci,Richter,Ritchie,Rivera,Romano,Rossi,Roth,Sammet,Santos,Schmidt,
Schneider,Silva,Simon,Sorensen,Stein,Svensson,Thompson,Torvalds,Turing,Vargas,Visser,Vogel,Wagner,Weber,Wilkes,
Wirth,Wolf,Zhang,Zimmermann}'::text[];

CREATE OR REPLACE FUNCTION pg_temp.streets() RETURNS text[] IMMUTABLE PARALLEL SAFE RETURN
'{Harbour Street,Mill Lane,Station Road,Market Square,Linden Avenue,Church Street,Park Row,Canal Street,
Garden Street,River Road,Chestnut Avenue,High Street,Bridge Street,Museum Street,Orchard Road,Castle Hill,
Old Town Square,Bakers Row,Cathedral Street,University Street,Theatre Street,Meadow Lane,Forest Road,
Sailors Quay}'::text[];

CREATE OR REPLACE FUNCTION pg_temp.colours() RETURNS text[] IMMUTABLE PARALLEL SAFE RETURN
'{black,white,graphite,sand,forest green,navy,terracotta,ochre,sage,stone grey,ivory,burgundy}'::text[];

CREATE TEMPORARY TABLE cities ON COMMIT DROP AS
SELECT * FROM (VALUES
  (1, 'Amsterdam', 'NL', 'BV', 52.3676, 4.9041), (2, 'Athens', 'GR', 'AE', 37.9838, 23.7275),
  (3, 'Barcelona', 'ES', 'SL', 41.3874, 2.1686), (4, 'Berlin', 'DE', 'GmbH', 52.5200, 13.4050),
  (5, 'Bologna', 'IT', 'Srl', 44.4949, 11.3426), (6, 'Brussels', 'BE', 'NV', 50.8503, 4.3517),
  (7, 'Cologne', 'DE', 'GmbH', 50.9375, 6.9603), (8, 'Dublin', 'IE', 'Ltd', 53.3498, -6.2603),
  (9, 'Ghent', 'BE', 'NV', 51.0543, 3.7174), (10, 'Graz', 'AT', 'GmbH', 47.0707, 15.4395),
  (11, 'Hamburg', 'DE', 'GmbH', 53.5511, 9.9937), (12, 'Helsinki', 'FI', 'Oy', 60.1699, 24.9384),
  (13, 'Leipzig', 'DE', 'GmbH', 51.3397, 12.3731), (14, 'Lisbon', 'PT', 'Lda', 38.7223, -9.1393),
  (15, 'Ljubljana', 'SI', 'doo', 46.0569, 14.5058), (16, 'Lyon', 'FR', 'SARL', 45.7640, 4.8357),
  (17, 'Madrid', 'ES', 'SL', 40.4168, -3.7038), (18, 'Milan', 'IT', 'Srl', 45.4642, 9.1900),
  (19, 'Munich', 'DE', 'GmbH', 48.1351, 11.5820), (20, 'Nantes', 'FR', 'SARL', 47.2184, -1.5536),
  (21, 'Paris', 'FR', 'SARL', 48.8566, 2.3522), (22, 'Porto', 'PT', 'Lda', 41.1579, -8.6291),
  (23, 'Rotterdam', 'NL', 'BV', 51.9244, 4.4777), (24, 'Tallinn', 'EE', 'OU', 59.4370, 24.7536),
  (25, 'Turin', 'IT', 'Srl', 45.0703, 7.6869), (26, 'Utrecht', 'NL', 'BV', 52.0907, 5.1214),
  (27, 'Valencia', 'ES', 'SL', 39.4699, -0.3763), (28, 'Vienna', 'AT', 'GmbH', 48.2082, 16.3738)
) AS city (id, name, country, company, lat, lng);
