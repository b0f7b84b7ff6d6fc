-- Projects in trees up to five deep, with their permissions and activities. Ada owns every twentieth.

CREATE TEMPORARY TABLE levels ON COMMIT DROP AS
SELECT level, 1 + lag(last, 1, 0) OVER (ORDER BY level) AS first, last
FROM (SELECT level, pg_temp.rows_of('projects') * percent / 100 AS last
      FROM (VALUES (1, 20), (2, 50), (3, 75), (4, 90), (5, 100)) AS share (level, percent)) AS reach;

INSERT INTO projects (id, parent_id, name, description, status, settings, created_at, updated_at)
SELECT
  project.id, parent_id, name,
  'The ' || lower(name) || ' is planned in two-week steps. ' || pg_temp.pick(ARRAY[
    'Everybody involved meets on Tuesdays, and decisions are written down on the same day.',
    'The budget is fixed; the scope is not. What does not fit moves to the next quarter.',
    'It started as a pilot in one city and is now being repeated in five others.',
    'The open questions are listed on the first page, with a name and a date beside each.'], project.id, 'project.description'),
  pg_temp.pick('{active,active,active,active,planned,paused,done,done}', project.id, 'project.status')::project_status,
  jsonb_build_object(
    'visibility', pg_temp.pick('{team,team,company}', project.id, 'project.visibility'),
    'colour', pg_temp.pick(pg_temp.colours(), project.id, 'project.colour'),
    'board', jsonb_build_object('columns', jsonb_build_array('To do', 'Doing', 'Review', 'Done'),
      'limit', 3 + pg_temp.dice(5, project.id, 'project.limit')),
    'reminders', pg_temp.draw(project.id, 'project.reminders') < 0.5),
  started, pg_temp.since(started, pg_temp.draw(project.id, 'project.updated'))
FROM (
  SELECT
    id,
    above.first - 1 + pg_temp.skewed(pg_temp.draw(id, 'project.parent'), above.last - above.first + 1, 0.2)
      AS parent_id,
    CASE own.level
      WHEN 1 THEN
        pg_temp.pick('{Warehouse,Cold Store,Storefront,Payments,Loyalty,Delivery,Returns}', id, 'project.topic')
        || ' ' || pg_temp.pick('{Berlin,Lisbon,Vienna,Hamburg,Porto,Milan,Lyon,Ghent,2025,2026}', id, 'project.place')
      ELSE
        pg_temp.pick('{Supplier,Customer,Staff,Equipment,Data,Security,Pricing,Route,Sensor}', id, 'project.topic')
        || ' ' || pg_temp.pick('{Research,Migration,Training,Rollout,Review,Audit,Launch,Survey}', id, 'project.work')
    END AS name,
    pg_temp.now() - interval '16800 hours'
      + interval '14400 hours' * (id / pg_temp.rows_of('projects')::float8) AS started
  FROM generate_series(1, pg_temp.rows_of('projects')) AS id
  JOIN levels AS own ON id BETWEEN own.first AND own.last
  LEFT JOIN levels AS above ON above.level = own.level - 1
) AS project;

CREATE TEMPORARY TABLE trees ON COMMIT DROP AS
WITH RECURSIVE tree AS (
  SELECT id AS project_id, id AS root_id FROM projects WHERE parent_id IS NULL
  UNION ALL
  SELECT id, root_id FROM projects JOIN tree ON project_id = parent_id
)
SELECT project_id, root_id,
  CASE root_id % 20 WHEN 1 THEN 1 ELSE 1 + pg_temp.dice(pg_temp.rows_of('users'), root_id, 'project.owner') END
    AS owner_place
FROM tree;

-- A root has an owner and up to twenty others; one project in three below it overrides the permissions of one to three users.
INSERT INTO permissions (user_id, project_id, role, granted_by_id, created_at, updated_at)
SELECT
  pg_temp.at_place(first_place + n, pg_temp.rows_of('users')), project_id,
  CASE
    WHEN is_root AND n = 0 THEN 'owner'
    WHEN pg_temp.draw(project_id * 100::bigint + n, 'permission.role') < 0.45 THEN 'editor'
    WHEN pg_temp.draw(project_id * 100::bigint + n, 'permission.role') < 0.95 OR is_root THEN 'viewer'
    ELSE 'owner'
  END::permission_role,
  CASE WHEN NOT is_root OR n > 0 THEN pg_temp.at_place(owner_place, pg_temp.rows_of('users')) END,
  granted, granted
FROM (
  SELECT
    project_id, owner_place, created_at, project_id = root_id AS is_root,
    CASE WHEN project_id = root_id THEN owner_place
      ELSE 1 + pg_temp.dice(pg_temp.rows_of('users'), project_id, 'permission.first') END AS first_place,
    CASE
      WHEN project_id = root_id
        THEN 3 + floor(18 * size * size)::int
      WHEN pg_temp.draw(project_id, 'permission.own') < 0.33 THEN 1 + pg_temp.dice(3, project_id, 'permission.members')
      ELSE 0
    END AS members
  FROM trees
  JOIN projects ON id = project_id
  CROSS JOIN LATERAL (SELECT pg_temp.draw(project_id, 'permission.size') AS size) AS drawn
) AS team
CROSS JOIN LATERAL generate_series(0, members - 1) AS n
CROSS JOIN LATERAL (SELECT CASE n
  WHEN 0 THEN created_at
  ELSE pg_temp.since(created_at, 0.5 * pg_temp.draw(project_id * 100::bigint + n, 'permission.granted'))
END AS granted) AS moment
ORDER BY project_id, n;

CREATE TEMPORARY TABLE teams ON COMMIT DROP AS
SELECT project_id AS root_id, user_id, permissions.role, name,
  row_number() OVER (PARTITION BY project_id ORDER BY permissions.role DESC, user_id)::int AS place,
  count(*) OVER (PARTITION BY project_id)::int AS members
FROM permissions
JOIN users ON users.id = user_id
WHERE project_id IN (SELECT root_id FROM trees);

-- Members of the root are active in the whole tree. The owner and the editors are more active than viewers, who only comment.
INSERT INTO activities (id, project_id, user_id, kind, summary, payload, created_at)
SELECT
  id, project_id, user_id, deed,
  member || ' ' || deed || ' ' || thing,
  jsonb_build_object(
    'task', thing,
    'source', pg_temp.pick('{web,web,mobile,email}', id, 'activity.source'),
    'change', CASE WHEN deed IN ('updated', 'completed') THEN jsonb_build_object(
      'field', 'status', 'from', 'doing', 'to', CASE deed WHEN 'completed' THEN 'done' ELSE 'review' END) END,
    'comment', CASE WHEN deed = 'commented' THEN pg_temp.pick(ARRAY[
      'Looks good to me. Can we have the numbers by Thursday?', 'Two of the five are done; the third waits for the supplier.',
      'I would rather do this after the move.', 'Agreed with the team, see the minutes of Tuesday.'], id, 'activity.comment') END),
  created_at
FROM (
  SELECT
    row_number() OVER (ORDER BY moment.created_at, n) AS id,
    tree.project_id, team.user_id, team.name AS member, moment.created_at,
    CASE team.role
      WHEN 'viewer' THEN 'commented'
      ELSE pg_temp.pick('{commented,commented,updated,updated,created,completed,shared}', n, 'activity.kind')
    END::activity_kind AS deed,
    pg_temp.pick('{the floor plan,the price list,the delivery schedule,the sensor report,the supplier contract,
      the test results,the budget,the checklist,the risk register,the launch date}', n, 'activity.thing') AS thing
  FROM generate_series(1, pg_temp.rows_of('activities')) AS n
  JOIN trees AS tree
    ON tree.project_id = pg_temp.popular((n - 1) / pg_temp.rows_of('activities')::float8, 'projects', 0.1)
  JOIN projects ON projects.id = tree.project_id
  JOIN teams AS team USING (root_id)
  CROSS JOIN LATERAL (
    SELECT pg_temp.since(projects.created_at, pg_temp.draw(n, 'activity.created'))::timestamptz(3) AS created_at
  ) AS moment
  WHERE team.place = pg_temp.skewed(pg_temp.draw(n, 'activity.member'), team.members, 0.5)
) AS activity
ORDER BY id;
