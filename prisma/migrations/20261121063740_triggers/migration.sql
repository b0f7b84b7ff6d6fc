-- Written by `npm run hotpath -- triggers`: what logs the changes of each table that can be asked for.

-- The functions take no temporary table for the log.
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', false);

-- Triggers: report

CREATE OR REPLACE FUNCTION "log_report"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'report', ARRAY[':' || n."id", '?userId=' || n."user_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'report', invalidation_tags(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'report', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."user_id", o."kind", o."status", o."parameters", o."progress", o."rows", o."link", o."error", o."expires_at", o."created_at", o."updated_at")::record *<> ROW(n."id", n."user_id", n."kind", n."status", n."parameters", n."progress", n."rows", n."link", n."error", n."expires_at", n."created_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'report', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'report', ARRAY[':' || o."id", '?userId=' || o."user_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'report', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'report', ARRAY[':*', '?userId=*']::text[]);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION "log_report"() IS '{"keys":[":","?userId="],"columns":["id","user_id","kind","status","parameters","progress","rows","link","error","expires_at","created_at","updated_at"]}';

CREATE OR REPLACE TRIGGER "invalidation_insert" AFTER INSERT ON "reports"
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_report"();
ALTER TABLE "reports" ENABLE ALWAYS TRIGGER "invalidation_insert";
CREATE OR REPLACE TRIGGER "invalidation_update" AFTER UPDATE ON "reports"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_report"();
ALTER TABLE "reports" ENABLE ALWAYS TRIGGER "invalidation_update";
CREATE OR REPLACE TRIGGER "invalidation_delete" AFTER DELETE ON "reports"
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_report"();
ALTER TABLE "reports" ENABLE ALWAYS TRIGGER "invalidation_delete";
CREATE OR REPLACE TRIGGER "invalidation_truncate" AFTER TRUNCATE ON "reports"
  FOR EACH STATEMENT EXECUTE FUNCTION "log_report"();
ALTER TABLE "reports" ENABLE ALWAYS TRIGGER "invalidation_truncate";

-- Triggers: stockDay

CREATE OR REPLACE FUNCTION "log_stockDay"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'stockDay', ARRAY['?productId=' || n."product_id", '?merchantId=' || n."merchant_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'stockDay', invalidation_tags('?productId=', ARRAY(SELECT (n."product_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?merchantId=', ARRAY(SELECT (n."merchant_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'stockDay', ARRAY['?productId=' || o."product_id", '?productId=' || n."product_id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."product_id" = o."product_id" AND n."day" = o."day"
    WHERE ROW(o."product_id", o."day", o."merchant_id", o."ordered", o."revenue", o."remaining", o."updated_at")::record *<> ROW(n."product_id", n."day", n."merchant_id", n."ordered", n."revenue", n."remaining", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'stockDay', invalidation_tags('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o UNION SELECT (n."product_id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o UNION SELECT (n."merchant_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'stockDay', ARRAY['?productId=' || o."product_id", '?merchantId=' || o."merchant_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'stockDay', invalidation_tags('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'stockDay', ARRAY['?productId=*', '?merchantId=*']::text[]);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION "log_stockDay"() IS '{"keys":["?productId=","?merchantId="],"columns":["product_id","day","merchant_id","ordered","revenue","remaining","updated_at"]}';

CREATE OR REPLACE TRIGGER "invalidation_insert" AFTER INSERT ON "stock_days"
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_stockDay"();
ALTER TABLE "stock_days" ENABLE ALWAYS TRIGGER "invalidation_insert";
CREATE OR REPLACE TRIGGER "invalidation_update" AFTER UPDATE ON "stock_days"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_stockDay"();
ALTER TABLE "stock_days" ENABLE ALWAYS TRIGGER "invalidation_update";
CREATE OR REPLACE TRIGGER "invalidation_delete" AFTER DELETE ON "stock_days"
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_stockDay"();
ALTER TABLE "stock_days" ENABLE ALWAYS TRIGGER "invalidation_delete";
CREATE OR REPLACE TRIGGER "invalidation_truncate" AFTER TRUNCATE ON "stock_days"
  FOR EACH STATEMENT EXECUTE FUNCTION "log_stockDay"();
ALTER TABLE "stock_days" ENABLE ALWAYS TRIGGER "invalidation_truncate";

-- Epoch: new

DELETE FROM "invalidation_epoch";
