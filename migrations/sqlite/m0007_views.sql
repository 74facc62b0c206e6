-- For planners and BI tools.

CREATE VIEW ledger AS
SELECT
  e.id AS entry_id, e.workspace_id, e.user_id, e.project_id AS clockify_project_id,
  e.start AS started_at, e."end" AS ended_at, p.seconds, p.is_billable AS billable, e.type,
  p.zone, p.date, p.state, p.reason, p.person_id, p.project_id, p.role_id, p.role_step
FROM placement p
JOIN clockify_time_entry e ON e.entry_key = p.entry_key;

CREATE VIEW actual_detail AS
SELECT
  a.person_id, a.project_id, a.role_id, a.date,
  client.id AS client_id, client.name AS client, project.name AS project, person.name AS person, role.name AS role,
  a.billable_minutes, a.nonbillable_minutes,
  round((a.billable_minutes + a.nonbillable_minutes) / 60.0, 2) AS hours,
  round(a.billable_minutes / 60.0, 2) AS billable_hours,
  CASE WHEN a.is_manual THEN 'manual' ELSE a.origin END AS origin, a.import_run_id, a.updated_at
FROM actual a
JOIN person ON person.id = a.person_id
JOIN project ON project.id = a.project_id
JOIN client ON client.id = project.client_id
JOIN role ON role.id = a.role_id;

-- Scheduled minutes by rule 63: working days of the contract, holidays, time off; whole minutes, half up.
CREATE VIEW plan_vs_actual AS
WITH RECURSIVE
day (assignment_id, date) AS (
  SELECT id, starts_on FROM assignment
  UNION ALL
  SELECT day.assignment_id, date(day.date, '+1 day')
  FROM day JOIN assignment a ON a.id = day.assignment_id WHERE day.date < a.ends_on
),
assigned AS (
  SELECT
    a.person_id, a.project_id, a.role_id, day.date, a.minutes_per_day AS minutes, a.is_non_working_day,
    c.minutes_per_day AS contract_minutes,
    instr(c.working_days, substr('sunmontuewedthufrisat', 3 * strftime('%w', day.date) + 1, 3)) > 0 AS works,
    EXISTS (
      SELECT 1 FROM holiday h WHERE h.date = day.date
        AND (h.holiday_group IS NULL OR h.holiday_group = person.holiday_group)) AS is_holiday,
    (SELECT ifnull(sum(ifnull(t.minutes_per_day, 1440)), 0) FROM time_off t
      WHERE t.person_id = a.person_id AND day.date BETWEEN t.starts_on AND t.ends_on) AS off,
    EXISTS (SELECT 1 FROM time_off t
      WHERE t.person_id = a.person_id AND day.date BETWEEN t.starts_on AND t.ends_on) AS has_off
  FROM day
  JOIN assignment a ON a.id = day.assignment_id
  JOIN person ON person.id = a.person_id
  JOIN contract c ON c.person_id = a.person_id
    AND day.date >= ifnull(c.starts_on, '0000') AND day.date <= ifnull(c.ends_on, '9999')
),
planned AS (
  SELECT person_id, project_id, role_id, date, sum(
    CASE
      WHEN has_off AND off >= contract_minutes THEN 0
      WHEN NOT is_non_working_day AND (NOT works OR is_holiday) THEN 0
      WHEN off > 0 THEN (2 * minutes * (contract_minutes - off) + contract_minutes) / (2 * contract_minutes)
      ELSE minutes
    END) AS scheduled_minutes
  FROM assigned GROUP BY 1, 2, 3, 4
),
cell AS (
  SELECT person_id, project_id, role_id, date FROM planned WHERE scheduled_minutes > 0
  UNION
  SELECT person_id, project_id, role_id, date FROM actual
)
SELECT
  cell.person_id, cell.project_id, cell.role_id,
  person.name AS person, project.name AS project, role.name AS role, cell.date,
  ifnull(planned.scheduled_minutes, 0) AS scheduled_minutes,
  a.billable_minutes + a.nonbillable_minutes AS actual_minutes,
  CASE WHEN a.is_manual THEN 'manual' ELSE a.origin END AS origin
FROM cell
JOIN person ON person.id = cell.person_id
JOIN project ON project.id = cell.project_id
JOIN role ON role.id = cell.role_id
LEFT JOIN planned USING (person_id, project_id, role_id, date)
LEFT JOIN actual a USING (person_id, project_id, role_id, date);

-- What Clockify changed since an item was linked (rule 11). One row per item and field.
CREATE VIEW drift AS
WITH now AS (
  SELECT r.kind, r.planning_id, r.external_id, r.baseline,
    json_object('name', c.name, 'archived', c.archived) AS current
  FROM external_reference r JOIN clockify_client c ON c.id = r.external_id AND r.kind = 'client'
  UNION ALL
  SELECT r.kind, r.planning_id, r.external_id, r.baseline,
    json_object('name', p.name, 'archived', p.archived, 'client_id', p.client_id, 'billable', p.billable)
  FROM external_reference r JOIN clockify_project p ON p.id = r.external_id AND r.kind = 'project'
  UNION ALL
  SELECT r.kind, r.planning_id, r.external_id, r.baseline,
    json_object('name', u.name, 'email', u.email, 'archived',
      ifnull(u.status, 'ACTIVE') IN ('DELETED', 'LIMITED', 'LIMITED_DELETED') OR ifnull(u.membership_status, 'ACTIVE') = 'INACTIVE')
  FROM external_reference r JOIN clockify_user u ON u.id = r.external_id AND r.kind = 'person' AND u.is_listed = 1
)
SELECT now.kind, now.planning_id, now.external_id, field.key AS field,
  json_extract(now.baseline, '$.' || field.key) AS linked_value, field.value AS clockify_value
FROM now, json_each(now.current) AS field
WHERE now.baseline IS NOT NULL AND json_extract(now.baseline, '$.' || field.key) IS NOT field.value;
