-- Written by `npm run hotpath -- triggers`: what logs the changes of each table that can be asked for.

-- Triggers: activity

CREATE OR REPLACE FUNCTION "log_activity"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'activity', ARRAY[':' || n."id", '?projectId=' || n."project_id", '?userId=' || n."user_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'activity', invalidation_tags(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?projectId=', ARRAY(SELECT (n."project_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'activity', ARRAY[':' || o."id", ':' || n."id", '?projectId=' || o."project_id", '?projectId=' || n."project_id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."project_id", o."user_id", o."kind", o."summary", o."payload", o."created_at")::record *<> ROW(n."id", n."project_id", n."user_id", n."kind", n."summary", n."payload", n."created_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'activity', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?projectId=', ARRAY(SELECT (o."project_id")::text FROM old_rows o UNION SELECT (n."project_id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'activity', ARRAY[':' || o."id", '?projectId=' || o."project_id", '?userId=' || o."user_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'activity', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?projectId=', ARRAY(SELECT (o."project_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'activity', ARRAY[':*', '?projectId=*', '?userId=*']::text[]);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION "log_activity"() IS '{"keys":[":","?projectId=","?userId="],"columns":["id","project_id","user_id","kind","summary","payload","created_at"]}';

CREATE OR REPLACE TRIGGER "invalidation_insert" AFTER INSERT ON "activities"
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_activity"();
ALTER TABLE "activities" ENABLE ALWAYS TRIGGER "invalidation_insert";
CREATE OR REPLACE TRIGGER "invalidation_update" AFTER UPDATE ON "activities"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_activity"();
ALTER TABLE "activities" ENABLE ALWAYS TRIGGER "invalidation_update";
CREATE OR REPLACE TRIGGER "invalidation_delete" AFTER DELETE ON "activities"
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_activity"();
ALTER TABLE "activities" ENABLE ALWAYS TRIGGER "invalidation_delete";
CREATE OR REPLACE TRIGGER "invalidation_truncate" AFTER TRUNCATE ON "activities"
  FOR EACH STATEMENT EXECUTE FUNCTION "log_activity"();
ALTER TABLE "activities" ENABLE ALWAYS TRIGGER "invalidation_truncate";

-- Triggers: category

CREATE OR REPLACE FUNCTION "log_category"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'category', ARRAY[':' || n."id", '?slug=' || n."slug", '?parentId=' || n."parent_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'category', invalidation_tags(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?slug=', ARRAY(SELECT (n."slug")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?parentId=', ARRAY(SELECT (n."parent_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'category', ARRAY[':' || o."id", ':' || n."id", '?slug=' || o."slug", '?slug=' || n."slug", '?parentId=' || o."parent_id", '?parentId=' || n."parent_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."name", o."slug", o."description", o."icon_url", o."parent_id", o."created_at", o."updated_at")::record *<> ROW(n."id", n."name", n."slug", n."description", n."icon_url", n."parent_id", n."created_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'category', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?slug=', ARRAY(SELECT (o."slug")::text FROM old_rows o UNION SELECT (n."slug")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?parentId=', ARRAY(SELECT (o."parent_id")::text FROM old_rows o UNION SELECT (n."parent_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'category', ARRAY[':' || o."id", '?slug=' || o."slug", '?parentId=' || o."parent_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'category', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?slug=', ARRAY(SELECT (o."slug")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?parentId=', ARRAY(SELECT (o."parent_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'category', ARRAY[':*', '?slug=*', '?parentId=*']::text[]);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION "log_category"() IS '{"keys":[":","?slug=","?parentId="],"columns":["id","name","slug","description","icon_url","parent_id","created_at","updated_at"]}';

CREATE OR REPLACE TRIGGER "invalidation_insert" AFTER INSERT ON "categories"
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_category"();
ALTER TABLE "categories" ENABLE ALWAYS TRIGGER "invalidation_insert";
CREATE OR REPLACE TRIGGER "invalidation_update" AFTER UPDATE ON "categories"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_category"();
ALTER TABLE "categories" ENABLE ALWAYS TRIGGER "invalidation_update";
CREATE OR REPLACE TRIGGER "invalidation_delete" AFTER DELETE ON "categories"
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_category"();
ALTER TABLE "categories" ENABLE ALWAYS TRIGGER "invalidation_delete";
CREATE OR REPLACE TRIGGER "invalidation_truncate" AFTER TRUNCATE ON "categories"
  FOR EACH STATEMENT EXECUTE FUNCTION "log_category"();
ALTER TABLE "categories" ENABLE ALWAYS TRIGGER "invalidation_truncate";

-- Triggers: device

CREATE OR REPLACE FUNCTION "log_device"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'device', ARRAY[':' || n."id", '?merchantId=' || n."merchant_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'device', invalidation_tags(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?merchantId=', ARRAY(SELECT (n."merchant_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'device', ARRAY[':' || o."id", ':' || n."id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."merchant_id", o."serial", o."name", o."kind", o."status", o."location", o."firmware", o."config", o."created_at", o."updated_at")::record *<> ROW(n."id", n."merchant_id", n."serial", n."name", n."kind", n."status", n."location", n."firmware", n."config", n."created_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'device', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o UNION SELECT (n."merchant_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'device', ARRAY[':' || o."id", '?merchantId=' || o."merchant_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'device', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'device', ARRAY[':*', '?merchantId=*']::text[]);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION "log_device"() IS '{"keys":[":","?merchantId="],"columns":["id","merchant_id","serial","name","kind","status","location","firmware","config","created_at","updated_at"]}';

CREATE OR REPLACE TRIGGER "invalidation_insert" AFTER INSERT ON "devices"
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_device"();
ALTER TABLE "devices" ENABLE ALWAYS TRIGGER "invalidation_insert";
CREATE OR REPLACE TRIGGER "invalidation_update" AFTER UPDATE ON "devices"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_device"();
ALTER TABLE "devices" ENABLE ALWAYS TRIGGER "invalidation_update";
CREATE OR REPLACE TRIGGER "invalidation_delete" AFTER DELETE ON "devices"
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_device"();
ALTER TABLE "devices" ENABLE ALWAYS TRIGGER "invalidation_delete";
CREATE OR REPLACE TRIGGER "invalidation_truncate" AFTER TRUNCATE ON "devices"
  FOR EACH STATEMENT EXECUTE FUNCTION "log_device"();
ALTER TABLE "devices" ENABLE ALWAYS TRIGGER "invalidation_truncate";

-- Triggers: inventory

CREATE OR REPLACE FUNCTION "log_inventory"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'inventory', ARRAY[':' || n."product_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'inventory', invalidation_tags(':', ARRAY(SELECT (n."product_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'inventory', ARRAY[':' || o."product_id", ':' || n."product_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."product_id" = o."product_id"
    WHERE ROW(o."product_id", o."quantity", o."warehouse", o."restock_at", o."version", o."updated_at")::record *<> ROW(n."product_id", n."quantity", n."warehouse", n."restock_at", n."version", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'inventory', invalidation_tags(':', ARRAY(SELECT (o."product_id")::text FROM old_rows o UNION SELECT (n."product_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'inventory', ARRAY[':' || o."product_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'inventory', invalidation_tags(':', ARRAY(SELECT (o."product_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'inventory', ARRAY[':*']::text[]);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION "log_inventory"() IS '{"keys":[":"],"columns":["product_id","quantity","warehouse","restock_at","version","updated_at"]}';

CREATE OR REPLACE TRIGGER "invalidation_insert" AFTER INSERT ON "inventories"
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_inventory"();
ALTER TABLE "inventories" ENABLE ALWAYS TRIGGER "invalidation_insert";
CREATE OR REPLACE TRIGGER "invalidation_update" AFTER UPDATE ON "inventories"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_inventory"();
ALTER TABLE "inventories" ENABLE ALWAYS TRIGGER "invalidation_update";
CREATE OR REPLACE TRIGGER "invalidation_delete" AFTER DELETE ON "inventories"
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_inventory"();
ALTER TABLE "inventories" ENABLE ALWAYS TRIGGER "invalidation_delete";
CREATE OR REPLACE TRIGGER "invalidation_truncate" AFTER TRUNCATE ON "inventories"
  FOR EACH STATEMENT EXECUTE FUNCTION "log_inventory"();
ALTER TABLE "inventories" ENABLE ALWAYS TRIGGER "invalidation_truncate";

-- Triggers: merchant

CREATE OR REPLACE FUNCTION "log_merchant"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'merchant', ARRAY[':' || n."id", '?categoryId=' || n."category_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'merchant', invalidation_tags(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?categoryId=', ARRAY(SELECT (n."category_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'merchant', ARRAY[':' || o."id", ':' || n."id", '?categoryId=' || o."category_id", '?categoryId=' || n."category_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."category_id", o."name", o."legal_name", o."description", o."website_url", o."logo_url", o."support_email", o."support_phone", o."address", o."tax_id", o."created_at", o."updated_at")::record *<> ROW(n."id", n."category_id", n."name", n."legal_name", n."description", n."website_url", n."logo_url", n."support_email", n."support_phone", n."address", n."tax_id", n."created_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'merchant', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?categoryId=', ARRAY(SELECT (o."category_id")::text FROM old_rows o UNION SELECT (n."category_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'merchant', ARRAY[':' || o."id", '?categoryId=' || o."category_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'merchant', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?categoryId=', ARRAY(SELECT (o."category_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'merchant', ARRAY[':*', '?categoryId=*']::text[]);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION "log_merchant"() IS '{"keys":[":","?categoryId="],"columns":["id","category_id","name","legal_name","description","website_url","logo_url","support_email","support_phone","address","tax_id","created_at","updated_at"]}';

CREATE OR REPLACE TRIGGER "invalidation_insert" AFTER INSERT ON "merchants"
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_merchant"();
ALTER TABLE "merchants" ENABLE ALWAYS TRIGGER "invalidation_insert";
CREATE OR REPLACE TRIGGER "invalidation_update" AFTER UPDATE ON "merchants"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_merchant"();
ALTER TABLE "merchants" ENABLE ALWAYS TRIGGER "invalidation_update";
CREATE OR REPLACE TRIGGER "invalidation_delete" AFTER DELETE ON "merchants"
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_merchant"();
ALTER TABLE "merchants" ENABLE ALWAYS TRIGGER "invalidation_delete";
CREATE OR REPLACE TRIGGER "invalidation_truncate" AFTER TRUNCATE ON "merchants"
  FOR EACH STATEMENT EXECUTE FUNCTION "log_merchant"();
ALTER TABLE "merchants" ENABLE ALWAYS TRIGGER "invalidation_truncate";

-- Triggers: notification

CREATE OR REPLACE FUNCTION "log_notification"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'notification', ARRAY[':' || n."id", '?userId=' || n."user_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'notification', invalidation_tags(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'notification', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."user_id", o."kind", o."title", o."body", o."data", o."read_at", o."version", o."created_at")::record *<> ROW(n."id", n."user_id", n."kind", n."title", n."body", n."data", n."read_at", n."version", n."created_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'notification', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'notification', ARRAY[':' || o."id", '?userId=' || o."user_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'notification', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'notification', ARRAY[':*', '?userId=*']::text[]);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION "log_notification"() IS '{"keys":[":","?userId="],"columns":["id","user_id","kind","title","body","data","read_at","version","created_at"]}';

CREATE OR REPLACE TRIGGER "invalidation_insert" AFTER INSERT ON "notifications"
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_notification"();
ALTER TABLE "notifications" ENABLE ALWAYS TRIGGER "invalidation_insert";
CREATE OR REPLACE TRIGGER "invalidation_update" AFTER UPDATE ON "notifications"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_notification"();
ALTER TABLE "notifications" ENABLE ALWAYS TRIGGER "invalidation_update";
CREATE OR REPLACE TRIGGER "invalidation_delete" AFTER DELETE ON "notifications"
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_notification"();
ALTER TABLE "notifications" ENABLE ALWAYS TRIGGER "invalidation_delete";
CREATE OR REPLACE TRIGGER "invalidation_truncate" AFTER TRUNCATE ON "notifications"
  FOR EACH STATEMENT EXECUTE FUNCTION "log_notification"();
ALTER TABLE "notifications" ENABLE ALWAYS TRIGGER "invalidation_truncate";

-- Triggers: order

CREATE OR REPLACE FUNCTION "log_order"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'order', ARRAY[':' || n."id", '?userId=' || n."user_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'order', invalidation_tags(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'order', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."user_id", o."status", o."total", o."currency", o."shipping_address", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."user_id", n."status", n."total", n."currency", n."shipping_address", n."version", n."created_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'order', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'order', ARRAY[':' || o."id", '?userId=' || o."user_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'order', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'order', ARRAY[':*', '?userId=*']::text[]);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION "log_order"() IS '{"keys":[":","?userId="],"columns":["id","user_id","status","total","currency","shipping_address","version","created_at","updated_at"]}';

CREATE OR REPLACE TRIGGER "invalidation_insert" AFTER INSERT ON "orders"
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_order"();
ALTER TABLE "orders" ENABLE ALWAYS TRIGGER "invalidation_insert";
CREATE OR REPLACE TRIGGER "invalidation_update" AFTER UPDATE ON "orders"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_order"();
ALTER TABLE "orders" ENABLE ALWAYS TRIGGER "invalidation_update";
CREATE OR REPLACE TRIGGER "invalidation_delete" AFTER DELETE ON "orders"
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_order"();
ALTER TABLE "orders" ENABLE ALWAYS TRIGGER "invalidation_delete";
CREATE OR REPLACE TRIGGER "invalidation_truncate" AFTER TRUNCATE ON "orders"
  FOR EACH STATEMENT EXECUTE FUNCTION "log_order"();
ALTER TABLE "orders" ENABLE ALWAYS TRIGGER "invalidation_truncate";

-- Triggers: orderItem

CREATE OR REPLACE FUNCTION "log_orderItem"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'orderItem', ARRAY[':' || (n."order_id") || ',' || (n."product_id"), '?orderId=' || n."order_id", '?productId=' || n."product_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'orderItem', invalidation_tags(':', ARRAY(SELECT ((n."order_id") || ',' || (n."product_id"))::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?orderId=', ARRAY(SELECT (n."order_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?productId=', ARRAY(SELECT (n."product_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'orderItem', ARRAY[':' || (o."order_id") || ',' || (o."product_id"), ':' || (n."order_id") || ',' || (n."product_id"), '?orderId=' || o."order_id", '?orderId=' || n."order_id", '?productId=' || o."product_id", '?productId=' || n."product_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."order_id" = o."order_id" AND n."product_id" = o."product_id"
    WHERE ROW(o."order_id", o."product_id", o."quantity", o."unit_price")::record *<> ROW(n."order_id", n."product_id", n."quantity", n."unit_price")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'orderItem', invalidation_tags(':', ARRAY(SELECT ((o."order_id") || ',' || (o."product_id"))::text FROM old_rows o UNION SELECT ((n."order_id") || ',' || (n."product_id"))::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?orderId=', ARRAY(SELECT (o."order_id")::text FROM old_rows o UNION SELECT (n."order_id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o UNION SELECT (n."product_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'orderItem', ARRAY[':' || (o."order_id") || ',' || (o."product_id"), '?orderId=' || o."order_id", '?productId=' || o."product_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'orderItem', invalidation_tags(':', ARRAY(SELECT ((o."order_id") || ',' || (o."product_id"))::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?orderId=', ARRAY(SELECT (o."order_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'orderItem', ARRAY[':*', '?orderId=*', '?productId=*']::text[]);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION "log_orderItem"() IS '{"keys":[":","?orderId=","?productId="],"columns":["order_id","product_id","quantity","unit_price"]}';

CREATE OR REPLACE TRIGGER "invalidation_insert" AFTER INSERT ON "order_items"
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_orderItem"();
ALTER TABLE "order_items" ENABLE ALWAYS TRIGGER "invalidation_insert";
CREATE OR REPLACE TRIGGER "invalidation_update" AFTER UPDATE ON "order_items"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_orderItem"();
ALTER TABLE "order_items" ENABLE ALWAYS TRIGGER "invalidation_update";
CREATE OR REPLACE TRIGGER "invalidation_delete" AFTER DELETE ON "order_items"
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_orderItem"();
ALTER TABLE "order_items" ENABLE ALWAYS TRIGGER "invalidation_delete";
CREATE OR REPLACE TRIGGER "invalidation_truncate" AFTER TRUNCATE ON "order_items"
  FOR EACH STATEMENT EXECUTE FUNCTION "log_orderItem"();
ALTER TABLE "order_items" ENABLE ALWAYS TRIGGER "invalidation_truncate";

-- Triggers: permission

CREATE OR REPLACE FUNCTION "log_permission"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'permission', ARRAY[':' || (n."user_id") || ',' || (n."project_id"), '?userId=' || n."user_id", '?grantedById=' || n."granted_by_id", '?projectId=' || n."project_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'permission', invalidation_tags(':', ARRAY(SELECT ((n."user_id") || ',' || (n."project_id"))::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?grantedById=', ARRAY(SELECT (n."granted_by_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?projectId=', ARRAY(SELECT (n."project_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'permission', ARRAY[':' || (o."user_id") || ',' || (o."project_id"), ':' || (n."user_id") || ',' || (n."project_id"), '?userId=' || o."user_id", '?userId=' || n."user_id", '?grantedById=' || o."granted_by_id", '?grantedById=' || n."granted_by_id", '?projectId=' || o."project_id", '?projectId=' || n."project_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."user_id" = o."user_id" AND n."project_id" = o."project_id"
    WHERE ROW(o."user_id", o."project_id", o."role", o."granted_by_id", o."version", o."created_at", o."updated_at")::record *<> ROW(n."user_id", n."project_id", n."role", n."granted_by_id", n."version", n."created_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'permission', invalidation_tags(':', ARRAY(SELECT ((o."user_id") || ',' || (o."project_id"))::text FROM old_rows o UNION SELECT ((n."user_id") || ',' || (n."project_id"))::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?grantedById=', ARRAY(SELECT (o."granted_by_id")::text FROM old_rows o UNION SELECT (n."granted_by_id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?projectId=', ARRAY(SELECT (o."project_id")::text FROM old_rows o UNION SELECT (n."project_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'permission', ARRAY[':' || (o."user_id") || ',' || (o."project_id"), '?userId=' || o."user_id", '?grantedById=' || o."granted_by_id", '?projectId=' || o."project_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'permission', invalidation_tags(':', ARRAY(SELECT ((o."user_id") || ',' || (o."project_id"))::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?grantedById=', ARRAY(SELECT (o."granted_by_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?projectId=', ARRAY(SELECT (o."project_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'permission', ARRAY[':*', '?userId=*', '?grantedById=*', '?projectId=*']::text[]);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION "log_permission"() IS '{"keys":[":","?userId=","?grantedById=","?projectId="],"columns":["user_id","project_id","role","granted_by_id","version","created_at","updated_at"]}';

CREATE OR REPLACE TRIGGER "invalidation_insert" AFTER INSERT ON "permissions"
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_permission"();
ALTER TABLE "permissions" ENABLE ALWAYS TRIGGER "invalidation_insert";
CREATE OR REPLACE TRIGGER "invalidation_update" AFTER UPDATE ON "permissions"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_permission"();
ALTER TABLE "permissions" ENABLE ALWAYS TRIGGER "invalidation_update";
CREATE OR REPLACE TRIGGER "invalidation_delete" AFTER DELETE ON "permissions"
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_permission"();
ALTER TABLE "permissions" ENABLE ALWAYS TRIGGER "invalidation_delete";
CREATE OR REPLACE TRIGGER "invalidation_truncate" AFTER TRUNCATE ON "permissions"
  FOR EACH STATEMENT EXECUTE FUNCTION "log_permission"();
ALTER TABLE "permissions" ENABLE ALWAYS TRIGGER "invalidation_truncate";

-- Triggers: post

CREATE OR REPLACE FUNCTION "log_post"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'post', ARRAY[':' || n."id", '?authorId=' || n."author_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'post', invalidation_tags(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?authorId=', ARRAY(SELECT (n."author_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'post', ARRAY[':' || o."id", ':' || n."id", '?authorId=' || o."author_id", '?authorId=' || n."author_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."author_id", o."title", o."body", o."media", o."created_at", o."updated_at")::record *<> ROW(n."id", n."author_id", n."title", n."body", n."media", n."created_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'post', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?authorId=', ARRAY(SELECT (o."author_id")::text FROM old_rows o UNION SELECT (n."author_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'post', ARRAY[':' || o."id", '?authorId=' || o."author_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'post', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?authorId=', ARRAY(SELECT (o."author_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'post', ARRAY[':*', '?authorId=*']::text[]);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION "log_post"() IS '{"keys":[":","?authorId="],"columns":["id","author_id","title","body","media","created_at","updated_at"]}';

CREATE OR REPLACE TRIGGER "invalidation_insert" AFTER INSERT ON "posts"
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_post"();
ALTER TABLE "posts" ENABLE ALWAYS TRIGGER "invalidation_insert";
CREATE OR REPLACE TRIGGER "invalidation_update" AFTER UPDATE ON "posts"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_post"();
ALTER TABLE "posts" ENABLE ALWAYS TRIGGER "invalidation_update";
CREATE OR REPLACE TRIGGER "invalidation_delete" AFTER DELETE ON "posts"
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_post"();
ALTER TABLE "posts" ENABLE ALWAYS TRIGGER "invalidation_delete";
CREATE OR REPLACE TRIGGER "invalidation_truncate" AFTER TRUNCATE ON "posts"
  FOR EACH STATEMENT EXECUTE FUNCTION "log_post"();
ALTER TABLE "posts" ENABLE ALWAYS TRIGGER "invalidation_truncate";

-- Triggers: product

CREATE OR REPLACE FUNCTION "log_product"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'product', ARRAY[':' || n."id", '?merchantId=' || n."merchant_id", '?categoryId=' || n."category_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'product', invalidation_tags(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?merchantId=', ARRAY(SELECT (n."merchant_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?categoryId=', ARRAY(SELECT (n."category_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'product', ARRAY[':' || o."id", ':' || n."id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id", '?categoryId=' || o."category_id", '?categoryId=' || n."category_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."merchant_id", o."category_id", o."name", o."slug", o."description", o."price", o."currency", o."image_url", o."gallery", o."attributes", o."labels", o."status", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."merchant_id", n."category_id", n."name", n."slug", n."description", n."price", n."currency", n."image_url", n."gallery", n."attributes", n."labels", n."status", n."version", n."created_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'product', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o UNION SELECT (n."merchant_id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?categoryId=', ARRAY(SELECT (o."category_id")::text FROM old_rows o UNION SELECT (n."category_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'product', ARRAY[':' || o."id", '?merchantId=' || o."merchant_id", '?categoryId=' || o."category_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'product', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?categoryId=', ARRAY(SELECT (o."category_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'product', ARRAY[':*', '?merchantId=*', '?categoryId=*']::text[]);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION "log_product"() IS '{"keys":[":","?merchantId=","?categoryId="],"columns":["id","merchant_id","category_id","name","slug","description","price","currency","image_url","gallery","attributes","labels","status","version","created_at","updated_at"]}';

CREATE OR REPLACE TRIGGER "invalidation_insert" AFTER INSERT ON "products"
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_product"();
ALTER TABLE "products" ENABLE ALWAYS TRIGGER "invalidation_insert";
CREATE OR REPLACE TRIGGER "invalidation_update" AFTER UPDATE ON "products"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_product"();
ALTER TABLE "products" ENABLE ALWAYS TRIGGER "invalidation_update";
CREATE OR REPLACE TRIGGER "invalidation_delete" AFTER DELETE ON "products"
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_product"();
ALTER TABLE "products" ENABLE ALWAYS TRIGGER "invalidation_delete";
CREATE OR REPLACE TRIGGER "invalidation_truncate" AFTER TRUNCATE ON "products"
  FOR EACH STATEMENT EXECUTE FUNCTION "log_product"();
ALTER TABLE "products" ENABLE ALWAYS TRIGGER "invalidation_truncate";

-- Triggers: project

CREATE OR REPLACE FUNCTION "log_project"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'project', ARRAY[':' || n."id", '?parentId=' || n."parent_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'project', invalidation_tags(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?parentId=', ARRAY(SELECT (n."parent_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'project', ARRAY[':' || o."id", ':' || n."id", '?parentId=' || o."parent_id", '?parentId=' || n."parent_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."parent_id", o."name", o."description", o."status", o."settings", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."parent_id", n."name", n."description", n."status", n."settings", n."version", n."created_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'project', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?parentId=', ARRAY(SELECT (o."parent_id")::text FROM old_rows o UNION SELECT (n."parent_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'project', ARRAY[':' || o."id", '?parentId=' || o."parent_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'project', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?parentId=', ARRAY(SELECT (o."parent_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'project', ARRAY[':*', '?parentId=*']::text[]);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION "log_project"() IS '{"keys":[":","?parentId="],"columns":["id","parent_id","name","description","status","settings","version","created_at","updated_at"]}';

CREATE OR REPLACE TRIGGER "invalidation_insert" AFTER INSERT ON "projects"
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_project"();
ALTER TABLE "projects" ENABLE ALWAYS TRIGGER "invalidation_insert";
CREATE OR REPLACE TRIGGER "invalidation_update" AFTER UPDATE ON "projects"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_project"();
ALTER TABLE "projects" ENABLE ALWAYS TRIGGER "invalidation_update";
CREATE OR REPLACE TRIGGER "invalidation_delete" AFTER DELETE ON "projects"
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_project"();
ALTER TABLE "projects" ENABLE ALWAYS TRIGGER "invalidation_delete";
CREATE OR REPLACE TRIGGER "invalidation_truncate" AFTER TRUNCATE ON "projects"
  FOR EACH STATEMENT EXECUTE FUNCTION "log_project"();
ALTER TABLE "projects" ENABLE ALWAYS TRIGGER "invalidation_truncate";

-- Triggers: reading

CREATE OR REPLACE FUNCTION "log_reading"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'reading', ARRAY['?deviceId=' || n."device_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'reading', invalidation_tags('?deviceId=', ARRAY(SELECT (n."device_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'reading', ARRAY['?deviceId=' || o."device_id", '?deviceId=' || n."device_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."device_id" = o."device_id" AND n."timestamp" = o."timestamp"
    WHERE ROW(o."device_id", o."timestamp", o."temperature", o."humidity", o."battery", o."received_at")::record *<> ROW(n."device_id", n."timestamp", n."temperature", n."humidity", n."battery", n."received_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'reading', invalidation_tags('?deviceId=', ARRAY(SELECT (o."device_id")::text FROM old_rows o UNION SELECT (n."device_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'reading', ARRAY['?deviceId=' || o."device_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'reading', invalidation_tags('?deviceId=', ARRAY(SELECT (o."device_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'reading', ARRAY['?deviceId=*']::text[]);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION "log_reading"() IS '{"keys":["?deviceId="],"columns":["device_id","timestamp","temperature","humidity","battery","received_at"]}';

CREATE OR REPLACE TRIGGER "invalidation_insert" AFTER INSERT ON "readings"
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_reading"();
ALTER TABLE "readings" ENABLE ALWAYS TRIGGER "invalidation_insert";
CREATE OR REPLACE TRIGGER "invalidation_update" AFTER UPDATE ON "readings"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_reading"();
ALTER TABLE "readings" ENABLE ALWAYS TRIGGER "invalidation_update";
CREATE OR REPLACE TRIGGER "invalidation_delete" AFTER DELETE ON "readings"
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_reading"();
ALTER TABLE "readings" ENABLE ALWAYS TRIGGER "invalidation_delete";
CREATE OR REPLACE TRIGGER "invalidation_truncate" AFTER TRUNCATE ON "readings"
  FOR EACH STATEMENT EXECUTE FUNCTION "log_reading"();
ALTER TABLE "readings" ENABLE ALWAYS TRIGGER "invalidation_truncate";

-- Triggers: readingHourly

CREATE OR REPLACE FUNCTION "log_readingHourly"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'readingHourly', ARRAY['?deviceId=' || n."device_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'readingHourly', invalidation_tags('?deviceId=', ARRAY(SELECT (n."device_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'readingHourly', ARRAY['?deviceId=' || o."device_id", '?deviceId=' || n."device_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."device_id" = o."device_id" AND n."hour" = o."hour"
    WHERE ROW(o."device_id", o."hour", o."count", o."temperature_min", o."temperature_max", o."temperature_avg", o."humidity_avg")::record *<> ROW(n."device_id", n."hour", n."count", n."temperature_min", n."temperature_max", n."temperature_avg", n."humidity_avg")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'readingHourly', invalidation_tags('?deviceId=', ARRAY(SELECT (o."device_id")::text FROM old_rows o UNION SELECT (n."device_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'readingHourly', ARRAY['?deviceId=' || o."device_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'readingHourly', invalidation_tags('?deviceId=', ARRAY(SELECT (o."device_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'readingHourly', ARRAY['?deviceId=*']::text[]);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION "log_readingHourly"() IS '{"keys":["?deviceId="],"columns":["device_id","hour","count","temperature_min","temperature_max","temperature_avg","humidity_avg"]}';

CREATE OR REPLACE TRIGGER "invalidation_insert" AFTER INSERT ON "readings_hourly"
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_readingHourly"();
ALTER TABLE "readings_hourly" ENABLE ALWAYS TRIGGER "invalidation_insert";
CREATE OR REPLACE TRIGGER "invalidation_update" AFTER UPDATE ON "readings_hourly"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_readingHourly"();
ALTER TABLE "readings_hourly" ENABLE ALWAYS TRIGGER "invalidation_update";
CREATE OR REPLACE TRIGGER "invalidation_delete" AFTER DELETE ON "readings_hourly"
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_readingHourly"();
ALTER TABLE "readings_hourly" ENABLE ALWAYS TRIGGER "invalidation_delete";
CREATE OR REPLACE TRIGGER "invalidation_truncate" AFTER TRUNCATE ON "readings_hourly"
  FOR EACH STATEMENT EXECUTE FUNCTION "log_readingHourly"();
ALTER TABLE "readings_hourly" ENABLE ALWAYS TRIGGER "invalidation_truncate";

-- Triggers: review

CREATE OR REPLACE FUNCTION "log_review"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'review', ARRAY[':' || n."id", '?productId=' || n."product_id", '?userId=' || n."user_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'review', invalidation_tags(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?productId=', ARRAY(SELECT (n."product_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'review', ARRAY[':' || o."id", ':' || n."id", '?productId=' || o."product_id", '?productId=' || n."product_id", '?userId=' || o."user_id", '?userId=' || n."user_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."product_id", o."user_id", o."rating", o."title", o."body", o."created_at")::record *<> ROW(n."id", n."product_id", n."user_id", n."rating", n."title", n."body", n."created_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'review', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o UNION SELECT (n."product_id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'review', ARRAY[':' || o."id", '?productId=' || o."product_id", '?userId=' || o."user_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'review', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?productId=', ARRAY(SELECT (o."product_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'review', ARRAY[':*', '?productId=*', '?userId=*']::text[]);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION "log_review"() IS '{"keys":[":","?productId=","?userId="],"columns":["id","product_id","user_id","rating","title","body","created_at"]}';

CREATE OR REPLACE TRIGGER "invalidation_insert" AFTER INSERT ON "reviews"
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_review"();
ALTER TABLE "reviews" ENABLE ALWAYS TRIGGER "invalidation_insert";
CREATE OR REPLACE TRIGGER "invalidation_update" AFTER UPDATE ON "reviews"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_review"();
ALTER TABLE "reviews" ENABLE ALWAYS TRIGGER "invalidation_update";
CREATE OR REPLACE TRIGGER "invalidation_delete" AFTER DELETE ON "reviews"
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_review"();
ALTER TABLE "reviews" ENABLE ALWAYS TRIGGER "invalidation_delete";
CREATE OR REPLACE TRIGGER "invalidation_truncate" AFTER TRUNCATE ON "reviews"
  FOR EACH STATEMENT EXECUTE FUNCTION "log_review"();
ALTER TABLE "reviews" ENABLE ALWAYS TRIGGER "invalidation_truncate";

-- Triggers: transaction

CREATE OR REPLACE FUNCTION "log_transaction"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'transaction', ARRAY[':' || n."id", '?userId=' || n."user_id", '?merchantId=' || n."merchant_id", '?orderId=' || n."order_id"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'transaction', invalidation_tags(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?userId=', ARRAY(SELECT (n."user_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?merchantId=', ARRAY(SELECT (n."merchant_id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?orderId=', ARRAY(SELECT (n."order_id")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'transaction', ARRAY[':' || o."id", ':' || n."id", '?userId=' || o."user_id", '?userId=' || n."user_id", '?merchantId=' || o."merchant_id", '?merchantId=' || n."merchant_id", '?orderId=' || o."order_id", '?orderId=' || n."order_id"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."user_id", o."merchant_id", o."order_id", o."amount", o."currency", o."status", o."description", o."reference", o."card_last4", o."location", o."metadata", o."created_at", o."settled_at", o."updated_at")::record *<> ROW(n."id", n."user_id", n."merchant_id", n."order_id", n."amount", n."currency", n."status", n."description", n."reference", n."card_last4", n."location", n."metadata", n."created_at", n."settled_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'transaction', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o UNION SELECT (n."user_id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o UNION SELECT (n."merchant_id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?orderId=', ARRAY(SELECT (o."order_id")::text FROM old_rows o UNION SELECT (n."order_id")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'transaction', ARRAY[':' || o."id", '?userId=' || o."user_id", '?merchantId=' || o."merchant_id", '?orderId=' || o."order_id"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'transaction', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?userId=', ARRAY(SELECT (o."user_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?merchantId=', ARRAY(SELECT (o."merchant_id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?orderId=', ARRAY(SELECT (o."order_id")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'transaction', ARRAY[':*', '?userId=*', '?merchantId=*', '?orderId=*']::text[]);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION "log_transaction"() IS '{"keys":[":","?userId=","?merchantId=","?orderId="],"columns":["id","user_id","merchant_id","order_id","amount","currency","status","description","reference","card_last4","location","metadata","created_at","settled_at","updated_at"]}';

CREATE OR REPLACE TRIGGER "invalidation_insert" AFTER INSERT ON "transactions"
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_transaction"();
ALTER TABLE "transactions" ENABLE ALWAYS TRIGGER "invalidation_insert";
CREATE OR REPLACE TRIGGER "invalidation_update" AFTER UPDATE ON "transactions"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_transaction"();
ALTER TABLE "transactions" ENABLE ALWAYS TRIGGER "invalidation_update";
CREATE OR REPLACE TRIGGER "invalidation_delete" AFTER DELETE ON "transactions"
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_transaction"();
ALTER TABLE "transactions" ENABLE ALWAYS TRIGGER "invalidation_delete";
CREATE OR REPLACE TRIGGER "invalidation_truncate" AFTER TRUNCATE ON "transactions"
  FOR EACH STATEMENT EXECUTE FUNCTION "log_transaction"();
ALTER TABLE "transactions" ENABLE ALWAYS TRIGGER "invalidation_truncate";

-- Triggers: user

CREATE OR REPLACE FUNCTION "log_user"() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  logged integer;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'user', ARRAY[':' || n."id", '?email=' || n."email"]::text[]
    FROM new_rows n
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'user', invalidation_tags(':', ARRAY(SELECT (n."id")::text FROM new_rows n GROUP BY 1 LIMIT 51))
        || invalidation_tags('?email=', ARRAY(SELECT (n."email")::text FROM new_rows n GROUP BY 1 LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'user', ARRAY[':' || o."id", ':' || n."id", '?email=' || o."email", '?email=' || n."email"]::text[]
    FROM old_rows o FULL JOIN new_rows n ON n."id" = o."id"
    WHERE ROW(o."id", o."email", o."name", o."avatar_url", o."phone", o."address", o."preferences", o."role", o."status", o."version", o."created_at", o."updated_at")::record *<> ROW(n."id", n."email", n."name", n."avatar_url", n."phone", n."address", n."preferences", n."role", n."status", n."version", n."created_at", n."updated_at")::record
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'user', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o UNION SELECT (n."id")::text FROM new_rows n LIMIT 51))
        || invalidation_tags('?email=', ARRAY(SELECT (o."email")::text FROM old_rows o UNION SELECT (n."email")::text FROM new_rows n LIMIT 51)));
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    SELECT pg_current_xact_id(), 'user', ARRAY[':' || o."id", '?email=' || o."email"]::text[]
    FROM old_rows o
    LIMIT 9;
    GET DIAGNOSTICS logged = ROW_COUNT;
    IF logged > 8 THEN
      INSERT INTO "invalidation_log" ("xid", "source", "tags")
      VALUES (pg_current_xact_id(), 'user', invalidation_tags(':', ARRAY(SELECT (o."id")::text FROM old_rows o GROUP BY 1 LIMIT 51))
        || invalidation_tags('?email=', ARRAY(SELECT (o."email")::text FROM old_rows o GROUP BY 1 LIMIT 51)));
    END IF;
  ELSE
    INSERT INTO "invalidation_log" ("xid", "source", "tags")
    VALUES (pg_current_xact_id(), 'user', ARRAY[':*', '?email=*']::text[]);
  END IF;
  RETURN NULL;
END $$;
COMMENT ON FUNCTION "log_user"() IS '{"keys":[":","?email="],"columns":["id","email","name","avatar_url","phone","address","preferences","role","status","version","created_at","updated_at"]}';

CREATE OR REPLACE TRIGGER "invalidation_insert" AFTER INSERT ON "users"
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_user"();
ALTER TABLE "users" ENABLE ALWAYS TRIGGER "invalidation_insert";
CREATE OR REPLACE TRIGGER "invalidation_update" AFTER UPDATE ON "users"
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_user"();
ALTER TABLE "users" ENABLE ALWAYS TRIGGER "invalidation_update";
CREATE OR REPLACE TRIGGER "invalidation_delete" AFTER DELETE ON "users"
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION "log_user"();
ALTER TABLE "users" ENABLE ALWAYS TRIGGER "invalidation_delete";
CREATE OR REPLACE TRIGGER "invalidation_truncate" AFTER TRUNCATE ON "users"
  FOR EACH STATEMENT EXECUTE FUNCTION "log_user"();
ALTER TABLE "users" ENABLE ALWAYS TRIGGER "invalidation_truncate";

-- Epoch: new

DELETE FROM "invalidation_epoch";
