-- GET /v1/devices

WITH "page" AS (
  SELECT
    "device".*,
    row_number() OVER (ORDER BY "device"."id" ASC) AS "row number"
  FROM "devices" AS "device"
  ORDER BY "device"."id" ASC
  LIMIT 51
)
SELECT
  to_json(ARRAY(
    SELECT "row"
    FROM (
      SELECT
        "device"."id",
        "device"."serial",
        "device"."name",
        "device"."kind",
        "device"."status"
      FROM "page" AS "device"
      ORDER BY "device"."row number" ASC
      LIMIT 50
    ) AS "row"
  ))::text AS "json",
  CASE WHEN (SELECT count(*) FROM "page") > 50 THEN (
    SELECT json_build_array("device"."id")
    FROM "page" AS "device"
    ORDER BY "row number"
    LIMIT 1 OFFSET 49
  )::text END AS "next",
  pg_current_snapshot()::text AS "snapshot";

-- GET /v1/devices/:id/readings

WITH "page" AS (
  SELECT
    "reading".*,
    row_number() OVER (ORDER BY "reading"."timestamp" DESC, "reading"."device_id" DESC) AS "row number"
  FROM "readings" AS "reading"
  WHERE "reading"."device_id" = $1
  ORDER BY "reading"."timestamp" DESC, "reading"."device_id" DESC
  LIMIT 101
)
SELECT
  to_json(ARRAY(
    SELECT "row"
    FROM (
      SELECT
        "reading"."device_id" AS "deviceId",
        to_char("reading"."timestamp" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "timestamp",
        CASE WHEN abs("reading"."temperature") < 'Infinity' THEN "reading"."temperature" + '0' END AS "temperature",
        CASE WHEN abs("reading"."humidity") < 'Infinity' THEN "reading"."humidity" + '0' END AS "humidity"
      FROM "page" AS "reading"
      ORDER BY "reading"."row number" ASC
      LIMIT 100
    ) AS "row"
  ))::text AS "json",
  CASE WHEN (SELECT count(*) FROM "page") > 100 THEN (
    SELECT json_build_array(to_char("reading"."timestamp" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), "reading"."device_id")
    FROM "page" AS "reading"
    ORDER BY "row number"
    LIMIT 1 OFFSET 99
  )::text END AS "next",
  pg_current_snapshot()::text AS "snapshot";

-- GET /v1/devices/:id/readings/hourly

WITH "page" AS (
  SELECT
    "readingHourly".*,
    row_number() OVER (ORDER BY "readingHourly"."hour" DESC, "readingHourly"."device_id" DESC) AS "row number"
  FROM "readings_hourly" AS "readingHourly"
  WHERE "readingHourly"."device_id" = $1
  ORDER BY "readingHourly"."hour" DESC, "readingHourly"."device_id" DESC
  LIMIT 25
)
SELECT
  to_json(ARRAY(
    SELECT "row"
    FROM (
      SELECT
        to_char("readingHourly"."hour" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "hour",
        "readingHourly"."count",
        CASE WHEN abs("readingHourly"."temperature_min") < 'Infinity' THEN "readingHourly"."temperature_min" + '0' END AS "temperatureMin",
        CASE WHEN abs("readingHourly"."temperature_max") < 'Infinity' THEN "readingHourly"."temperature_max" + '0' END AS "temperatureMax",
        CASE WHEN abs("readingHourly"."temperature_avg") < 'Infinity' THEN "readingHourly"."temperature_avg" + '0' END AS "temperatureAvg",
        CASE WHEN abs("readingHourly"."humidity_avg") < 'Infinity' THEN "readingHourly"."humidity_avg" + '0' END AS "humidityAvg"
      FROM "page" AS "readingHourly"
      ORDER BY "readingHourly"."row number" ASC
      LIMIT 24
    ) AS "row"
  ))::text AS "json",
  CASE WHEN (SELECT count(*) FROM "page") > 24 THEN (
    SELECT json_build_array(to_char("readingHourly"."hour" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), "readingHourly"."device_id")
    FROM "page" AS "readingHourly"
    ORDER BY "row number"
    LIMIT 1 OFFSET 23
  )::text END AS "next",
  pg_current_snapshot()::text AS "snapshot";

-- GET /v1/readings

WITH "page" AS (
  SELECT
    "reading".*,
    row_number() OVER (ORDER BY "reading"."timestamp" DESC, "reading"."device_id" DESC) AS "row number"
  FROM "readings" AS "reading"
  ORDER BY "reading"."timestamp" DESC, "reading"."device_id" DESC
  LIMIT 101
)
SELECT
  to_json(ARRAY(
    SELECT "row"
    FROM (
      SELECT
        "reading"."device_id" AS "deviceId",
        to_char("reading"."timestamp" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "timestamp",
        CASE WHEN abs("reading"."temperature") < 'Infinity' THEN "reading"."temperature" + '0' END AS "temperature",
        CASE WHEN abs("reading"."humidity") < 'Infinity' THEN "reading"."humidity" + '0' END AS "humidity"
      FROM "page" AS "reading"
      ORDER BY "reading"."row number" ASC
      LIMIT 100
    ) AS "row"
  ))::text AS "json",
  CASE WHEN (SELECT count(*) FROM "page") > 100 THEN (
    SELECT json_build_array(to_char("reading"."timestamp" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), "reading"."device_id")
    FROM "page" AS "reading"
    ORDER BY "row number"
    LIMIT 1 OFFSET 99
  )::text END AS "next",
  pg_current_snapshot()::text AS "snapshot";
