-- GET /v1/devices

WITH "the page" AS (
  SELECT
    "device"."id",
    "device"."serial",
    "device"."name",
    "device"."kind",
    "device"."status"
  FROM "devices" AS "device"
  ORDER BY "device"."id" ASC
  LIMIT 51
)
SELECT
  to_json(ARRAY(
    SELECT "row".*::record
    FROM (
      SELECT
        "device"."id",
        "device"."serial",
        "device"."name",
        "device"."kind",
        "device"."status"
      FROM "the page" AS "device"
      LIMIT 50
    ) AS "row"
  ))::text AS "json",
  (
    SELECT json_build_array("device"."id"::text)
    FROM "the page" AS "device"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 50)
    LIMIT 1 OFFSET 49
  )::text AS "next",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/devices/:id

SELECT
  to_json((
    SELECT "row".*::record
    FROM (
      SELECT
        "device"."id",
        "device"."serial",
        "device"."name",
        "device"."kind",
        "device"."status"
      FROM "devices" AS "device"
      WHERE "device"."id" = $1
      ORDER BY "device"."id" ASC
      LIMIT 1
    ) AS "row"
  ))::text AS "json",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/devices/:id/readings

WITH "the page" AS (
  SELECT
    "reading"."device_id",
    "reading"."timestamp",
    "reading"."temperature",
    "reading"."humidity"
  FROM "readings" AS "reading"
  WHERE "reading"."device_id" = $1
    AND "reading"."timestamp" >= $2
  ORDER BY "reading"."timestamp" DESC, "reading"."device_id" DESC
  LIMIT 101
)
SELECT
  to_json(ARRAY(
    SELECT "row".*::record
    FROM (
      SELECT
        "reading"."device_id" AS "deviceId",
        to_char("reading"."timestamp" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "timestamp",
        CASE WHEN abs("reading"."temperature") < 'Infinity' THEN "reading"."temperature" + '0' END AS "temperature",
        CASE WHEN abs("reading"."humidity") < 'Infinity' THEN "reading"."humidity" + '0' END AS "humidity"
      FROM "the page" AS "reading"
      LIMIT 100
    ) AS "row"
  ))::text AS "json",
  (
    SELECT json_build_array("reading"."timestamp"::text, "reading"."device_id"::text)
    FROM "the page" AS "reading"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 100)
    LIMIT 1 OFFSET 99
  )::text AS "next",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/devices/:id/readings/hourly

WITH "the page" AS (
  SELECT
    "readingHourly"."device_id",
    "readingHourly"."hour",
    "readingHourly"."count",
    "readingHourly"."temperature_min",
    "readingHourly"."temperature_max",
    "readingHourly"."temperature_avg",
    "readingHourly"."humidity_avg"
  FROM "readings_hourly" AS "readingHourly"
  WHERE "readingHourly"."device_id" = $1
    AND "readingHourly"."hour" >= $2
  ORDER BY "readingHourly"."hour" DESC, "readingHourly"."device_id" DESC
  LIMIT 25
)
SELECT
  to_json(ARRAY(
    SELECT "row".*::record
    FROM (
      SELECT
        to_char("readingHourly"."hour" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "hour",
        "readingHourly"."count",
        CASE WHEN abs("readingHourly"."temperature_min") < 'Infinity' THEN "readingHourly"."temperature_min" + '0' END AS "temperatureMin",
        CASE WHEN abs("readingHourly"."temperature_max") < 'Infinity' THEN "readingHourly"."temperature_max" + '0' END AS "temperatureMax",
        CASE WHEN abs("readingHourly"."temperature_avg") < 'Infinity' THEN "readingHourly"."temperature_avg" + '0' END AS "temperatureAvg",
        CASE WHEN abs("readingHourly"."humidity_avg") < 'Infinity' THEN "readingHourly"."humidity_avg" + '0' END AS "humidityAvg"
      FROM "the page" AS "readingHourly"
      LIMIT 24
    ) AS "row"
  ))::text AS "json",
  (
    SELECT json_build_array("readingHourly"."hour"::text, "readingHourly"."device_id"::text)
    FROM "the page" AS "readingHourly"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 24)
    LIMIT 1 OFFSET 23
  )::text AS "next",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";

-- GET /v1/readings

WITH "the page" AS (
  SELECT
    "reading"."device_id",
    "reading"."timestamp",
    "reading"."temperature",
    "reading"."humidity"
  FROM "readings" AS "reading"
  WHERE "reading"."timestamp" >= $1
  ORDER BY "reading"."timestamp" DESC, "reading"."device_id" DESC
  LIMIT 101
)
SELECT
  to_json(ARRAY(
    SELECT "row".*::record
    FROM (
      SELECT
        "reading"."device_id" AS "deviceId",
        to_char("reading"."timestamp" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "timestamp",
        CASE WHEN abs("reading"."temperature") < 'Infinity' THEN "reading"."temperature" + '0' END AS "temperature",
        CASE WHEN abs("reading"."humidity") < 'Infinity' THEN "reading"."humidity" + '0' END AS "humidity"
      FROM "the page" AS "reading"
      LIMIT 100
    ) AS "row"
  ))::text AS "json",
  (
    SELECT json_build_array("reading"."timestamp"::text, "reading"."device_id"::text)
    FROM "the page" AS "reading"
    WHERE EXISTS (SELECT FROM "the page" OFFSET 100)
    LIMIT 1 OFFSET 99
  )::text AS "next",
  CASE WHEN pg_is_in_recovery() THEN '1:1:' ELSE pg_current_snapshot()::text END AS "snapshot",
  pg_postmaster_start_time()::text || ' ' || pg_relation_filepath('pg_catalog.pg_class') AS "incarnation";
