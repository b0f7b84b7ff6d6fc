-- What a user may do in a project, and the order of the writes to a permission.

-- AlterTable: a permission's version comes from one sequence for all of them. A permission that is revoked leaves no
-- row behind to count on from, and granted anew it must not start at 1 again: whoever kept the old one would take the
-- new one for older. It starts above every version that is there.
CREATE SEQUENCE permissions_version_seq;
ALTER TABLE "permissions" ALTER COLUMN "version" SET DEFAULT nextval('permissions_version_seq');
ALTER SEQUENCE permissions_version_seq OWNED BY "permissions"."version";
SELECT setval('permissions_version_seq', coalesce(max("version"), 0) + 1, false) FROM "permissions";

-- CreateTrigger: every update takes the next version, whoever writes. It is taken when the row is locked, so the
-- versions of one permission are in the order of its commits.
CREATE FUNCTION "raise_permission_version"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."version" := nextval('permissions_version_seq');
  RETURN NEW;
END;
$$;
CREATE TRIGGER "permissions_raise_version" BEFORE UPDATE ON "permissions"
  FOR EACH ROW EXECUTE FUNCTION "raise_permission_version"();

-- CreateFunction: the permission that holds for a user in a project: the one on the project itself, or else on the
-- nearest project above it. One row, or none. A cycle in the tree ends the walk. Each step is a look-up by a whole key:
-- the LIMIT inside keeps the planner from joining with all permissions of a user, who may have thousands.
CREATE FUNCTION "project_permission"("of_user" integer, "in_project" integer)
RETURNS TABLE ("project_id" integer, "role" "permission_role", "version" integer)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  WITH RECURSIVE "above" AS (
    SELECT p."id", p."parent_id", 0 AS "steps"
    FROM "projects" p
    WHERE p."id" = "in_project"
    UNION ALL
    SELECT p."id", p."parent_id", "above"."steps" + 1
    FROM "above"
    JOIN "projects" p ON p."id" = "above"."parent_id"
  ) CYCLE "id" SET "is_cycle" USING "path"
  SELECT held."project_id", held."role", held."version"
  FROM "above"
  CROSS JOIN LATERAL (
    SELECT m."project_id", m."role", m."version"
    FROM "permissions" m
    WHERE m."project_id" = "above"."id" AND m."user_id" = "of_user"
    LIMIT 1
  ) held
  ORDER BY "above"."steps"
  LIMIT 1;
END;
