-- GET /v1/devices

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "device"."id",
    "device"."serial",
    "device"."name",
    "device"."kind",
    "device"."status"
  FROM "devices" AS "device"
  ORDER BY "device"."id" ASC
  LIMIT 51
);

-- GET /v1/devices/:id

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "device"."id",
    "device"."serial",
    "device"."name",
    "device"."kind",
    "device"."status"
  FROM "devices" AS "device"
  WHERE "device"."id" = $1
  ORDER BY "device"."id" ASC
  LIMIT 1
);

-- GET /v1/devices/:id/readings

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "reading"."device_id",
    "reading"."timestamp",
    "reading"."temperature",
    "reading"."humidity"
  FROM "readings" AS "reading"
  WHERE "reading"."device_id" = $1
    AND "reading"."timestamp" >= $2
  ORDER BY "reading"."timestamp" DESC, "reading"."device_id" DESC
  LIMIT 101
);

-- GET /v1/devices/:id/readings/hourly

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "readingHourly"."hour",
    "readingHourly"."count",
    "readingHourly"."temperature_min",
    "readingHourly"."temperature_max",
    "readingHourly"."temperature_avg",
    "readingHourly"."humidity_avg",
    "readingHourly"."device_id"
  FROM "readings_hourly" AS "readingHourly"
  WHERE "readingHourly"."device_id" = $1
    AND "readingHourly"."hour" >= $2
  ORDER BY "readingHourly"."hour" DESC, "readingHourly"."device_id" DESC
  LIMIT 25
);

-- GET /v1/readings

SELECT
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation",
  NULL, NULL, NULL, NULL
UNION ALL
(
  SELECT
    NULL, NULL,
    "reading"."device_id",
    "reading"."timestamp",
    "reading"."temperature",
    "reading"."humidity"
  FROM "readings" AS "reading"
  WHERE "reading"."timestamp" >= $1
  ORDER BY "reading"."timestamp" DESC, "reading"."device_id" DESC
  LIMIT 101
);
