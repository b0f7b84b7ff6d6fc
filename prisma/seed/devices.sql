-- Devices; their readings, one in five minutes, of the active devices up to the present; their hours; and reports.

INSERT INTO devices (id, merchant_id, serial, name, kind, status, location, firmware, config, created_at, updated_at)
SELECT
  device.id, merchant_id,
  'HP' || to_char(device.id, 'FM000000') || '-' || upper(left(md5('device ' || device.id), 6)),
  site || ' ' || kind || ' ' || 1 + pg_temp.dice(9, device.id, 'device.number'),
  kind::device_kind,
  CASE
    WHEN draw < 0.85 THEN 'active' WHEN draw < 0.92 THEN 'inactive' WHEN draw < 0.97 THEN 'maintenance' ELSE 'retired'
  END::device_status,
  jsonb_build_object(
    'site', site, 'city', address ->> 'city', 'country', address ->> 'country', 'geo', address -> 'geo',
    'zone', pg_temp.pick('{A,B,C,D}', device.id, 'device.zone') || 1 + pg_temp.dice(12, device.id, 'device.zone')),
  pg_temp.pick('{4.2.1,4.2.1,4.2.0,4.1.7,3.9.12}', device.id, 'device.firmware'),
  jsonb_build_object('intervalSeconds', 300, 'unit', 'celsius',
    'alerts', jsonb_build_object('temperatureMax', celsius + 6, 'temperatureMin', celsius - 6, 'batteryMin', 15),
    'contact', support_email),
  installed, pg_temp.since(installed, pg_temp.draw(device.id, 'device.updated'))
FROM (
  SELECT
    id,
    pg_temp.popular(pg_temp.draw(id, 'device.merchant'), 'merchants', 0.2) AS merchant_id,
    pg_temp.pick('{freezer,fridge,fridge,truck,warehouse}', id, 'device.kind') AS kind,
    pg_temp.pick('{North,South,Harbour,Market,Airport,Old Town}', id, 'device.site') AS site,
    pg_temp.draw(id, 'device.status') AS draw,
    pg_temp.now() - interval '17000 hours'
      + interval '14000 hours' * (id / pg_temp.rows_of('devices')::float8) AS installed
  FROM generate_series(1, pg_temp.rows_of('devices')) AS id
) AS device
JOIN (VALUES ('freezer', -18), ('fridge', 4), ('truck', 2), ('warehouse', 16)) AS climate (kind, celsius) USING (kind)
JOIN merchants ON merchants.id = merchant_id;

-- Sensors measure in steps of 1/16 degree and 1/2 percent, which floats hold exactly: so do the sums and averages of an
-- hour, in any order of addition. Oldest first, all devices mixed, as readings come in.
INSERT INTO readings (device_id, timestamp, temperature, humidity, battery, received_at)
SELECT
  device_id, measured,
  celsius + (abs(past / 12 % 24 - 12) + pg_temp.dice(24, reading, 'reading.temperature') - 18
    + CASE WHEN pg_temp.dice(100, reading, 'reading.door') = 0 THEN 96 ELSE 0 END) / 16.0::float8,
  humidity + pg_temp.dice(30, reading, 'reading.humidity') / 2.0::float8,
  charge - 30 + past * 30 / readings,
  measured + interval '1 millisecond' * (200 + pg_temp.dice(2500, reading, 'reading.received'))
FROM (
  SELECT
    device_id, celsius, humidity, charge, past, readings, reading,
    last_seen - past * interval '5 minutes'
      - interval '1 millisecond' * pg_temp.dice(20000, reading, 'reading.timestamp') AS measured
  FROM (SELECT pg_temp.rows_of('readings') / pg_temp.rows_of('devices') AS readings) AS share
  CROSS JOIN LATERAL generate_series(readings - 1, 0, -1) AS past
  CROSS JOIN (
    SELECT id AS device_id,
      CASE kind WHEN 'freezer' THEN -18 WHEN 'fridge' THEN 4 WHEN 'truck' THEN 2 ELSE 16 END AS celsius,
      40 + pg_temp.dice(20, id, 'device.humidity') AS humidity,
      40 + pg_temp.dice(61, id, 'device.battery') AS charge,
      pg_temp.now() - interval '5 seconds' - interval '290 seconds' * pg_temp.draw(id, 'device.seen')
        - CASE status WHEN 'active' THEN interval '0' ELSE interval '480 hours' * pg_temp.draw(id, 'device.gone') END
        AS last_seen
    FROM devices
  ) AS device
  CROSS JOIN LATERAL (SELECT device_id * 100000::bigint + past AS reading) AS key
) AS measurement;

INSERT INTO readings_hourly (device_id, hour, count, temperature_min, temperature_max, temperature_avg, humidity_avg,
                             updated_at)
SELECT device_id, hour, count(*), min(temperature), max(temperature), avg(temperature), avg(humidity),
  least(pg_temp.now(), hour + interval '65 minutes')
FROM (SELECT *, date_trunc('hour', timestamp, 'UTC') AS hour FROM readings) AS reading
GROUP BY device_id, hour
ORDER BY hour, device_id;

-- Reports of the past: some failed, and the files of the others have expired. The first has the id of the API document's example.
INSERT INTO reports (id, user_id, kind, status, parameters, progress, rows, error, expires_at, created_at, updated_at)
SELECT
  CASE WHEN n = 1 THEN '00000000-0000-4000-8000-000000000001'
    ELSE lpad(to_hex(floor(extract(epoch FROM created_at) * 1000)::bigint), 12, '0')
      || overlay(overlay(left(md5('report ' || n), 20) PLACING '7' FROM 1) PLACING '8' FROM 5)
  END::uuid,
  user_id, kind::report_kind, CASE WHEN failed THEN 'failed' ELSE 'done' END::report_status,
  jsonb_build_object('since', created_at - interval '720 hours', 'until', created_at),
  CASE WHEN failed THEN pg_temp.dice(100, n, 'report.progress') ELSE 100 END,
  CASE WHEN NOT failed THEN pg_temp.dice(50000, n, 'report.rows') END,
  CASE WHEN failed THEN 'The worker stopped before the last row was written.' END,
  created_at + interval '168 hours', created_at,
  created_at + interval '1 minute' * (1 + pg_temp.dice(5, n, 'report.minutes'))
FROM (
  SELECT n, user_id, pg_temp.draw(n, 'report.failed') < 0.1 AS failed,
    pg_temp.pick('{transactions,transactions,readings}', n, 'report.kind') AS kind,
    (pg_temp.now() - interval '200 hours' - interval '700 hours' * pg_temp.draw(n, 'report.created'))::timestamptz(3)
      AS created_at
  FROM generate_series(1, pg_temp.rows_of('reports')) AS n
  JOIN buyers ON place = pg_temp.skewed(pg_temp.draw(n, 'report.user'), (SELECT count(*) FROM buyers)::int, 0.1)
) AS report;
