-- What the schema means, also where a CHECK is NULL (a text that is no date at all) and where foreign keys are off, as in the
-- sqlite3 shell. Rows that are there already stay as they are: `rota database check` names them.

CREATE TRIGGER project_sound_insert BEFORE INSERT ON project BEGIN
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM client WHERE id = NEW.client_id)
      THEN raise(ABORT, 'project.client_id names no client')
    WHEN date(NEW.actuals_from, '+0 days') IS NOT NEW.actuals_from
      THEN raise(ABORT, 'project.actuals_from is not a date (YYYY-MM-DD)')
  END;
END;
CREATE TRIGGER project_sound_update BEFORE UPDATE OF client_id, actuals_from ON project BEGIN
  SELECT CASE
    WHEN NEW.client_id IS NOT OLD.client_id AND NOT EXISTS (SELECT 1 FROM client WHERE id = NEW.client_id)
      THEN raise(ABORT, 'project.client_id names no client')
    WHEN NEW.actuals_from IS NOT OLD.actuals_from AND date(NEW.actuals_from, '+0 days') IS NOT NEW.actuals_from
      THEN raise(ABORT, 'project.actuals_from is not a date (YYYY-MM-DD)')
  END;
END;
CREATE TRIGGER project_tag_sound_insert BEFORE INSERT ON project_tag BEGIN
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM project WHERE id = NEW.project_id)
      THEN raise(ABORT, 'project_tag.project_id names no project')
  END;
END;
CREATE TRIGGER project_tag_sound_update BEFORE UPDATE OF project_id ON project_tag BEGIN
  SELECT CASE
    WHEN NEW.project_id IS NOT OLD.project_id AND NOT EXISTS (SELECT 1 FROM project WHERE id = NEW.project_id)
      THEN raise(ABORT, 'project_tag.project_id names no project')
  END;
END;
CREATE TRIGGER client_tag_sound_insert BEFORE INSERT ON client_tag BEGIN
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM client WHERE id = NEW.client_id)
      THEN raise(ABORT, 'client_tag.client_id names no client')
  END;
END;
CREATE TRIGGER client_tag_sound_update BEFORE UPDATE OF client_id ON client_tag BEGIN
  SELECT CASE
    WHEN NEW.client_id IS NOT OLD.client_id AND NOT EXISTS (SELECT 1 FROM client WHERE id = NEW.client_id)
      THEN raise(ABORT, 'client_tag.client_id names no client')
  END;
END;
CREATE TRIGGER person_sound_insert BEFORE INSERT ON person BEGIN
  SELECT CASE
    WHEN date(NEW.actuals_from, '+0 days') IS NOT NEW.actuals_from
      THEN raise(ABORT, 'person.actuals_from is not a date (YYYY-MM-DD)')
  END;
END;
CREATE TRIGGER person_sound_update BEFORE UPDATE OF actuals_from ON person BEGIN
  SELECT CASE
    WHEN NEW.actuals_from IS NOT OLD.actuals_from AND date(NEW.actuals_from, '+0 days') IS NOT NEW.actuals_from
      THEN raise(ABORT, 'person.actuals_from is not a date (YYYY-MM-DD)')
  END;
END;
CREATE TRIGGER contract_sound_insert BEFORE INSERT ON contract BEGIN
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM person WHERE id = NEW.person_id)
      THEN raise(ABORT, 'contract.person_id names no person')
    WHEN NOT EXISTS (SELECT 1 FROM role WHERE id = NEW.role_id)
      THEN raise(ABORT, 'contract.role_id names no role')
    WHEN date(NEW.starts_on, '+0 days') IS NOT NEW.starts_on
      THEN raise(ABORT, 'contract.starts_on is not a date (YYYY-MM-DD)')
    WHEN date(NEW.ends_on, '+0 days') IS NOT NEW.ends_on
      THEN raise(ABORT, 'contract.ends_on is not a date (YYYY-MM-DD)')
  END;
END;
CREATE TRIGGER contract_sound_update BEFORE UPDATE OF person_id, role_id, starts_on, ends_on ON contract BEGIN
  SELECT CASE
    WHEN NEW.person_id IS NOT OLD.person_id AND NOT EXISTS (SELECT 1 FROM person WHERE id = NEW.person_id)
      THEN raise(ABORT, 'contract.person_id names no person')
    WHEN NEW.role_id IS NOT OLD.role_id AND NOT EXISTS (SELECT 1 FROM role WHERE id = NEW.role_id)
      THEN raise(ABORT, 'contract.role_id names no role')
    WHEN NEW.starts_on IS NOT OLD.starts_on AND date(NEW.starts_on, '+0 days') IS NOT NEW.starts_on
      THEN raise(ABORT, 'contract.starts_on is not a date (YYYY-MM-DD)')
    WHEN NEW.ends_on IS NOT OLD.ends_on AND date(NEW.ends_on, '+0 days') IS NOT NEW.ends_on
      THEN raise(ABORT, 'contract.ends_on is not a date (YYYY-MM-DD)')
  END;
END;
CREATE TRIGGER assignment_sound_insert BEFORE INSERT ON assignment BEGIN
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM person WHERE id = NEW.person_id)
      THEN raise(ABORT, 'assignment.person_id names no person')
    WHEN NOT EXISTS (SELECT 1 FROM project WHERE id = NEW.project_id)
      THEN raise(ABORT, 'assignment.project_id names no project')
    WHEN NOT EXISTS (SELECT 1 FROM role WHERE id = NEW.role_id)
      THEN raise(ABORT, 'assignment.role_id names no role')
    WHEN date(NEW.starts_on, '+0 days') IS NOT NEW.starts_on
      THEN raise(ABORT, 'assignment.starts_on is not a date (YYYY-MM-DD)')
    WHEN date(NEW.ends_on, '+0 days') IS NOT NEW.ends_on
      THEN raise(ABORT, 'assignment.ends_on is not a date (YYYY-MM-DD)')
  END;
END;
CREATE TRIGGER assignment_sound_update BEFORE UPDATE OF person_id, project_id, role_id, starts_on, ends_on ON assignment BEGIN
  SELECT CASE
    WHEN NEW.person_id IS NOT OLD.person_id AND NOT EXISTS (SELECT 1 FROM person WHERE id = NEW.person_id)
      THEN raise(ABORT, 'assignment.person_id names no person')
    WHEN NEW.project_id IS NOT OLD.project_id AND NOT EXISTS (SELECT 1 FROM project WHERE id = NEW.project_id)
      THEN raise(ABORT, 'assignment.project_id names no project')
    WHEN NEW.role_id IS NOT OLD.role_id AND NOT EXISTS (SELECT 1 FROM role WHERE id = NEW.role_id)
      THEN raise(ABORT, 'assignment.role_id names no role')
    WHEN NEW.starts_on IS NOT OLD.starts_on AND date(NEW.starts_on, '+0 days') IS NOT NEW.starts_on
      THEN raise(ABORT, 'assignment.starts_on is not a date (YYYY-MM-DD)')
    WHEN NEW.ends_on IS NOT OLD.ends_on AND date(NEW.ends_on, '+0 days') IS NOT NEW.ends_on
      THEN raise(ABORT, 'assignment.ends_on is not a date (YYYY-MM-DD)')
  END;
END;
CREATE TRIGGER time_off_sound_insert BEFORE INSERT ON time_off BEGIN
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM person WHERE id = NEW.person_id)
      THEN raise(ABORT, 'time_off.person_id names no person')
    WHEN date(NEW.starts_on, '+0 days') IS NOT NEW.starts_on
      THEN raise(ABORT, 'time_off.starts_on is not a date (YYYY-MM-DD)')
    WHEN date(NEW.ends_on, '+0 days') IS NOT NEW.ends_on
      THEN raise(ABORT, 'time_off.ends_on is not a date (YYYY-MM-DD)')
  END;
END;
CREATE TRIGGER time_off_sound_update BEFORE UPDATE OF person_id, starts_on, ends_on ON time_off BEGIN
  SELECT CASE
    WHEN NEW.person_id IS NOT OLD.person_id AND NOT EXISTS (SELECT 1 FROM person WHERE id = NEW.person_id)
      THEN raise(ABORT, 'time_off.person_id names no person')
    WHEN NEW.starts_on IS NOT OLD.starts_on AND date(NEW.starts_on, '+0 days') IS NOT NEW.starts_on
      THEN raise(ABORT, 'time_off.starts_on is not a date (YYYY-MM-DD)')
    WHEN NEW.ends_on IS NOT OLD.ends_on AND date(NEW.ends_on, '+0 days') IS NOT NEW.ends_on
      THEN raise(ABORT, 'time_off.ends_on is not a date (YYYY-MM-DD)')
  END;
END;
CREATE TRIGGER holiday_sound_insert BEFORE INSERT ON holiday BEGIN
  SELECT CASE
    WHEN date(NEW.date, '+0 days') IS NOT NEW.date
      THEN raise(ABORT, 'holiday.date is not a date (YYYY-MM-DD)')
  END;
END;
CREATE TRIGGER holiday_sound_update BEFORE UPDATE OF date ON holiday BEGIN
  SELECT CASE
    WHEN NEW.date IS NOT OLD.date AND date(NEW.date, '+0 days') IS NOT NEW.date
      THEN raise(ABORT, 'holiday.date is not a date (YYYY-MM-DD)')
  END;
END;
CREATE TRIGGER timesheet_lock_sound_insert BEFORE INSERT ON timesheet_lock BEGIN
  SELECT CASE
    WHEN NEW.project_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM project WHERE id = NEW.project_id)
      THEN raise(ABORT, 'timesheet_lock.project_id names no project')
    WHEN date(NEW.locked_until, '+0 days') IS NOT NEW.locked_until
      THEN raise(ABORT, 'timesheet_lock.locked_until is not a date (YYYY-MM-DD)')
  END;
END;
CREATE TRIGGER timesheet_lock_sound_update BEFORE UPDATE OF project_id, locked_until ON timesheet_lock BEGIN
  SELECT CASE
    WHEN NEW.project_id IS NOT OLD.project_id AND NEW.project_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM project WHERE id = NEW.project_id)
      THEN raise(ABORT, 'timesheet_lock.project_id names no project')
    WHEN NEW.locked_until IS NOT OLD.locked_until AND date(NEW.locked_until, '+0 days') IS NOT NEW.locked_until
      THEN raise(ABORT, 'timesheet_lock.locked_until is not a date (YYYY-MM-DD)')
  END;
END;
CREATE TRIGGER actual_sound_insert BEFORE INSERT ON actual BEGIN
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM person WHERE id = NEW.person_id)
      THEN raise(ABORT, 'actual.person_id names no person')
    WHEN NOT EXISTS (SELECT 1 FROM project WHERE id = NEW.project_id)
      THEN raise(ABORT, 'actual.project_id names no project')
    WHEN NOT EXISTS (SELECT 1 FROM role WHERE id = NEW.role_id)
      THEN raise(ABORT, 'actual.role_id names no role')
    WHEN NEW.import_run_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM import_run WHERE id = NEW.import_run_id)
      THEN raise(ABORT, 'actual.import_run_id names no import run')
    WHEN date(NEW.date, '+0 days') IS NOT NEW.date
      THEN raise(ABORT, 'actual.date is not a date (YYYY-MM-DD)')
    WHEN strftime('%Y-%m-%dT%H:%M:%SZ', NEW.updated_at) IS NOT NEW.updated_at
      THEN raise(ABORT, 'actual.updated_at is not an instant (YYYY-MM-DDTHH:MM:SSZ, UTC)')
  END;
END;
CREATE TRIGGER actual_sound_update BEFORE UPDATE OF person_id, project_id, role_id, import_run_id, date, updated_at ON actual BEGIN
  SELECT CASE
    WHEN NEW.person_id IS NOT OLD.person_id AND NOT EXISTS (SELECT 1 FROM person WHERE id = NEW.person_id)
      THEN raise(ABORT, 'actual.person_id names no person')
    WHEN NEW.project_id IS NOT OLD.project_id AND NOT EXISTS (SELECT 1 FROM project WHERE id = NEW.project_id)
      THEN raise(ABORT, 'actual.project_id names no project')
    WHEN NEW.role_id IS NOT OLD.role_id AND NOT EXISTS (SELECT 1 FROM role WHERE id = NEW.role_id)
      THEN raise(ABORT, 'actual.role_id names no role')
    WHEN NEW.import_run_id IS NOT OLD.import_run_id AND NEW.import_run_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM import_run WHERE id = NEW.import_run_id)
      THEN raise(ABORT, 'actual.import_run_id names no import run')
    WHEN NEW.date IS NOT OLD.date AND date(NEW.date, '+0 days') IS NOT NEW.date
      THEN raise(ABORT, 'actual.date is not a date (YYYY-MM-DD)')
    WHEN NEW.updated_at IS NOT OLD.updated_at AND strftime('%Y-%m-%dT%H:%M:%SZ', NEW.updated_at) IS NOT NEW.updated_at
      THEN raise(ABORT, 'actual.updated_at is not an instant (YYYY-MM-DDTHH:MM:SSZ, UTC)')
  END;
END;
CREATE TRIGGER actual_conflict_sound_insert BEFORE INSERT ON actual_conflict BEGIN
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM person WHERE id = NEW.person_id)
      THEN raise(ABORT, 'actual_conflict.person_id names no person')
    WHEN NOT EXISTS (SELECT 1 FROM project WHERE id = NEW.project_id)
      THEN raise(ABORT, 'actual_conflict.project_id names no project')
    WHEN date(NEW.date, '+0 days') IS NOT NEW.date
      THEN raise(ABORT, 'actual_conflict.date is not a date (YYYY-MM-DD)')
  END;
END;
CREATE TRIGGER actual_conflict_sound_update BEFORE UPDATE OF person_id, project_id, date ON actual_conflict BEGIN
  SELECT CASE
    WHEN NEW.person_id IS NOT OLD.person_id AND NOT EXISTS (SELECT 1 FROM person WHERE id = NEW.person_id)
      THEN raise(ABORT, 'actual_conflict.person_id names no person')
    WHEN NEW.project_id IS NOT OLD.project_id AND NOT EXISTS (SELECT 1 FROM project WHERE id = NEW.project_id)
      THEN raise(ABORT, 'actual_conflict.project_id names no project')
    WHEN NEW.date IS NOT OLD.date AND date(NEW.date, '+0 days') IS NOT NEW.date
      THEN raise(ABORT, 'actual_conflict.date is not a date (YYYY-MM-DD)')
  END;
END;
CREATE TRIGGER client_id_kept BEFORE UPDATE OF id ON client WHEN NEW.id IS NOT OLD.id BEGIN
  SELECT raise(ABORT, 'client.id may not change: other rows name it');
END;
CREATE TRIGGER project_id_kept BEFORE UPDATE OF id ON project WHEN NEW.id IS NOT OLD.id BEGIN
  SELECT raise(ABORT, 'project.id may not change: other rows name it');
END;
CREATE TRIGGER role_id_kept BEFORE UPDATE OF id ON role WHEN NEW.id IS NOT OLD.id BEGIN
  SELECT raise(ABORT, 'role.id may not change: other rows name it');
END;
CREATE TRIGGER person_id_kept BEFORE UPDATE OF id ON person WHEN NEW.id IS NOT OLD.id BEGIN
  SELECT raise(ABORT, 'person.id may not change: other rows name it');
END;

-- Hours as they are: what is rounded row by row does not add up.
DROP VIEW actual_detail;
CREATE VIEW actual_detail AS
SELECT
  a.person_id, a.project_id, a.role_id, a.date,
  client.id AS client_id, client.name AS client, project.name AS project, person.name AS person, role.name AS role,
  a.billable_minutes, a.nonbillable_minutes,
  (a.billable_minutes + a.nonbillable_minutes) / 60.0 AS hours,
  a.billable_minutes / 60.0 AS billable_hours,
  CASE WHEN a.is_manual THEN 'manual' ELSE a.origin END AS origin, a.import_run_id, a.updated_at
FROM actual a
JOIN person ON person.id = a.person_id
JOIN project ON project.id = a.project_id
JOIN client ON client.id = project.client_id
JOIN role ON role.id = a.role_id;

-- The ledger for reading: with names, and what was written on the entry.
CREATE VIEW ledger_detail AS
SELECT
  l.entry_id, l.date, person.name AS person, project.name AS project, role.name AS role, l.seconds, l.billable, l.state,
  l.reason, e.description, e.task_id, l.started_at, l.ended_at, l.zone, l.type, l.workspace_id, l.user_id,
  (SELECT u.name FROM clockify_user u WHERE u.workspace_id = l.workspace_id AND u.id = l.user_id) AS clockify_user,
  (SELECT c.name FROM clockify_project c
    WHERE c.workspace_id = l.workspace_id AND c.id = l.clockify_project_id) AS clockify_project,
  l.clockify_project_id, l.person_id, l.project_id, l.role_id, l.role_step
FROM ledger l
JOIN clockify_time_entry e ON e.id = l.entry_id
LEFT JOIN person ON person.id = l.person_id
LEFT JOIN project ON project.id = l.project_id
LEFT JOIN role ON role.id = l.role_id;

-- Every date from the first to the last day of any assignment, from 1970 to 2200; kept by triggers. With it the next two
-- views can answer about one person, project or week without unrolling the whole plan.
CREATE TABLE calendar_day (
  date TEXT PRIMARY KEY NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER assignment_calendar_insert AFTER INSERT ON assignment
WHEN NEW.starts_on < ifnull((SELECT min(date) FROM calendar_day), '9999')
  OR NEW.ends_on > ifnull((SELECT max(date) FROM calendar_day), '0000') BEGIN
  INSERT OR IGNORE INTO calendar_day
  SELECT date(span.first, '+' || day.key || ' days')
  FROM (
    SELECT
      max('1970-01-01', min(NEW.starts_on, ifnull((SELECT min(date) FROM calendar_day), NEW.starts_on))) AS first,
      min('2200-12-31', max(NEW.ends_on, ifnull((SELECT max(date) FROM calendar_day), NEW.ends_on))) AS last
  ) AS span,
  json_each('[' || substr(replace(
    hex(zeroblob(max(0, 1 + julianday(span.last) - julianday(span.first)))), '00', ',0'), 2) || ']') AS day;
END;
CREATE TRIGGER assignment_calendar_update AFTER UPDATE OF starts_on, ends_on ON assignment
WHEN NEW.starts_on < ifnull((SELECT min(date) FROM calendar_day), '9999')
  OR NEW.ends_on > ifnull((SELECT max(date) FROM calendar_day), '0000') BEGIN
  INSERT OR IGNORE INTO calendar_day
  SELECT date(span.first, '+' || day.key || ' days')
  FROM (
    SELECT
      max('1970-01-01', min(NEW.starts_on, ifnull((SELECT min(date) FROM calendar_day), NEW.starts_on))) AS first,
      min('2200-12-31', max(NEW.ends_on, ifnull((SELECT max(date) FROM calendar_day), NEW.ends_on))) AS last
  ) AS span,
  json_each('[' || substr(replace(
    hex(zeroblob(max(0, 1 + julianday(span.last) - julianday(span.first)))), '00', ',0'), 2) || ']') AS day;
END;
WITH RECURSIVE day (date) AS (
  SELECT max('1970-01-01', min(starts_on)) FROM assignment WHERE starts_on = date(starts_on, '+0 days')
  UNION ALL
  SELECT date(date, '+1 day') FROM day
  WHERE date < (SELECT min('2200-12-31', max(ends_on)) FROM assignment WHERE ends_on = date(ends_on, '+0 days'))
)
INSERT INTO calendar_day SELECT date FROM day WHERE date IS NOT NULL;

-- Scheduled minutes of each assignment by rule 63: working days of the contract, holidays, time off; whole minutes, half up.
CREATE VIEW assignment_day AS
SELECT
  day.assignment_id, day.person_id, day.project_id, day.role_id, day.date,
  CASE
    WHEN NOT day.is_non_working_day AND (NOT day.works OR day.is_holiday) THEN 0
    WHEN day.off >= day.contract_minutes THEN 0
    WHEN day.off > 0
      THEN (2 * day.minutes * (day.contract_minutes - day.off) + day.contract_minutes) / (2 * day.contract_minutes)
    ELSE day.minutes
  END AS scheduled_minutes
FROM (
  SELECT
    a.id AS assignment_id, a.person_id, a.project_id, a.role_id, d.date, a.minutes_per_day AS minutes,
    a.is_non_working_day, c.minutes_per_day AS contract_minutes,
    instr(c.working_days, substr('sunmontuewedthufrisat', 3 * strftime('%w', d.date) + 1, 3)) > 0 AS works,
    EXISTS (
      SELECT 1 FROM holiday h WHERE h.date = d.date
        AND (h.holiday_group IS NULL OR h.holiday_group = person.holiday_group)) AS is_holiday,
    (SELECT sum(ifnull(t.minutes_per_day, 1440)) FROM time_off t
      WHERE t.person_id = a.person_id AND d.date BETWEEN t.starts_on AND t.ends_on) AS off
  FROM assignment a
  JOIN calendar_day d ON d.date BETWEEN a.starts_on AND a.ends_on
  JOIN person ON person.id = a.person_id
  JOIN contract c ON c.person_id = a.person_id
    AND d.date >= ifnull(c.starts_on, '0000') AND d.date <= ifnull(c.ends_on, '9999')
) AS day;

-- Scheduled beside actual minutes. No aggregate stands above the tables, so that a filter reaches their indexes.
DROP VIEW plan_vs_actual;
CREATE VIEW plan_vs_actual AS
SELECT
  a.person_id, a.project_id, a.role_id, person.name AS person, project.name AS project, role.name AS role, a.date,
  ifnull((SELECT sum(d.scheduled_minutes) FROM assignment_day d
    WHERE d.person_id = a.person_id AND d.project_id = a.project_id AND d.role_id = a.role_id AND d.date = a.date),
    0) AS scheduled_minutes,
  a.billable_minutes + a.nonbillable_minutes AS actual_minutes,
  CASE WHEN a.is_manual THEN 'manual' ELSE a.origin END AS origin
FROM actual a
JOIN person ON person.id = a.person_id
JOIN project ON project.id = a.project_id
JOIN role ON role.id = a.role_id
UNION ALL
SELECT
  p.person_id, p.project_id, p.role_id, person.name, project.name, role.name, p.date,
  p.scheduled_minutes + ifnull((SELECT sum(d.scheduled_minutes) FROM assignment_day d
    WHERE d.person_id = p.person_id AND d.project_id = p.project_id AND d.role_id = p.role_id AND d.date = p.date
      AND d.assignment_id <> p.assignment_id), 0), NULL, NULL
FROM assignment_day p
JOIN person ON person.id = p.person_id
JOIN project ON project.id = p.project_id
JOIN role ON role.id = p.role_id
WHERE p.scheduled_minutes > 0
  AND NOT EXISTS (
    SELECT 1 FROM actual a
    WHERE a.person_id = p.person_id AND a.project_id = p.project_id AND a.role_id = p.role_id AND a.date = p.date)
  AND NOT EXISTS (
    SELECT 1 FROM assignment_day d
    WHERE d.person_id = p.person_id AND d.project_id = p.project_id AND d.role_id = p.role_id AND d.date = p.date
      AND d.assignment_id < p.assignment_id AND d.scheduled_minutes > 0);

-- Names are how people and files call items.
CREATE INDEX client_by_name ON client (name);
CREATE INDEX project_by_name ON project (name);
CREATE INDEX person_by_name ON person (name);
