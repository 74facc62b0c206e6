-- What planners own: clients, projects, roles, people, contracts, assignments, absences.
-- Dates are YYYY-MM-DD text, instants are UTC text, booleans 0/1. AUTOINCREMENT: an id is never reused (rule 15).

CREATE TABLE role (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (trim(name) <> ''),
  is_system INTEGER NOT NULL DEFAULT 0 CHECK (is_system IN (0, 1))
) STRICT;

CREATE TABLE client (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL CHECK (trim(name) <> ''),
  is_archived INTEGER NOT NULL DEFAULT 0 CHECK (is_archived IN (0, 1)),
  origin TEXT NOT NULL DEFAULT 'manual' CHECK (origin IN ('manual', 'clockify')),
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
) STRICT;

CREATE TABLE project (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id INTEGER NOT NULL REFERENCES client (id),
  name TEXT NOT NULL CHECK (trim(name) <> ''),
  is_billable INTEGER NOT NULL DEFAULT 1 CHECK (is_billable IN (0, 1)),
  is_archived INTEGER NOT NULL DEFAULT 0 CHECK (is_archived IN (0, 1)),
  archived_by TEXT CHECK (archived_by = 'import'),
  actuals_from TEXT CHECK (actuals_from = date(actuals_from, '+0 days')),
  origin TEXT NOT NULL DEFAULT 'manual' CHECK (origin IN ('manual', 'clockify')),
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
) STRICT;
CREATE INDEX project_by_client ON project (client_id);

CREATE TABLE project_tag (
  project_id INTEGER NOT NULL REFERENCES project (id),
  tag TEXT NOT NULL COLLATE NOCASE CHECK (trim(tag) <> ''),
  PRIMARY KEY (project_id, tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE client_tag (
  client_id INTEGER NOT NULL REFERENCES client (id),
  tag TEXT NOT NULL COLLATE NOCASE CHECK (trim(tag) <> ''),
  PRIMARY KEY (client_id, tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL CHECK (trim(name) <> ''),
  email TEXT,
  time_zone TEXT CHECK (trim(time_zone) <> ''),
  holiday_group TEXT,
  is_archived INTEGER NOT NULL DEFAULT 0 CHECK (is_archived IN (0, 1)),
  archived_by TEXT CHECK (archived_by = 'import'),
  actuals_from TEXT CHECK (actuals_from = date(actuals_from, '+0 days')),
  origin TEXT NOT NULL DEFAULT 'manual' CHECK (origin IN ('manual', 'clockify')),
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
) STRICT;

CREATE TABLE contract (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id INTEGER NOT NULL REFERENCES person (id),
  role_id INTEGER NOT NULL REFERENCES role (id),
  starts_on TEXT CHECK (starts_on = date(starts_on, '+0 days')),
  ends_on TEXT CHECK (ends_on = date(ends_on, '+0 days')),
  minutes_per_day INTEGER NOT NULL DEFAULT 480 CHECK (minutes_per_day BETWEEN 0 AND 1440),
  working_days TEXT NOT NULL DEFAULT 'mon,tue,wed,thu,fri' CHECK (
    replace(replace(replace(replace(replace(replace(replace(',' || working_days,
      ',mon', ''), ',tue', ''), ',wed', ''), ',thu', ''), ',fri', ''), ',sat', ''), ',sun', '') = ''),
  CHECK (starts_on IS NULL OR ends_on IS NULL OR starts_on <= ends_on)
) STRICT;
CREATE INDEX contract_by_person ON contract (person_id, starts_on);
CREATE INDEX contract_by_role ON contract (role_id);

CREATE TABLE assignment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id INTEGER NOT NULL REFERENCES person (id),
  project_id INTEGER NOT NULL REFERENCES project (id),
  role_id INTEGER NOT NULL REFERENCES role (id),
  starts_on TEXT NOT NULL CHECK (starts_on = date(starts_on, '+0 days')),
  ends_on TEXT NOT NULL CHECK (ends_on = date(ends_on, '+0 days')),
  minutes_per_day INTEGER NOT NULL DEFAULT 480 CHECK (minutes_per_day BETWEEN 0 AND 1440),
  is_non_working_day INTEGER NOT NULL DEFAULT 0 CHECK (is_non_working_day IN (0, 1)),
  CHECK (starts_on <= ends_on)
) STRICT;
CREATE INDEX assignment_by_person ON assignment (person_id, project_id);
CREATE INDEX assignment_by_project ON assignment (project_id);
CREATE INDEX assignment_by_role ON assignment (role_id);

CREATE TABLE time_off (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id INTEGER NOT NULL REFERENCES person (id),
  starts_on TEXT NOT NULL CHECK (starts_on = date(starts_on, '+0 days')),
  ends_on TEXT NOT NULL CHECK (ends_on = date(ends_on, '+0 days')),
  minutes_per_day INTEGER CHECK (minutes_per_day BETWEEN 1 AND 1440),
  kind TEXT NOT NULL DEFAULT 'leave' CHECK (trim(kind) <> ''),
  CHECK (starts_on <= ends_on)
) STRICT;
CREATE INDEX time_off_by_person ON time_off (person_id, starts_on);

CREATE TABLE holiday (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  date TEXT NOT NULL CHECK (date = date(date, '+0 days')),
  name TEXT NOT NULL DEFAULT 'Holiday' CHECK (trim(name) <> ''),
  holiday_group TEXT
) STRICT;
CREATE INDEX holiday_by_date ON holiday (date);

-- All projects (project_id null) or one: nothing is written on dates up to and including locked_until (rule 55).
CREATE TABLE timesheet_lock (
  project_id INTEGER REFERENCES project (id),
  locked_until TEXT NOT NULL CHECK (locked_until = date(locked_until, '+0 days'))
) STRICT;
CREATE UNIQUE INDEX timesheet_lock_once ON timesheet_lock (ifnull(project_id, 0));

-- What the import archived keeps receiving time; once anybody changes is_archived it is the planner's word (rule 18).
CREATE TRIGGER person_archived_by_planner AFTER UPDATE OF is_archived ON person
WHEN OLD.is_archived <> NEW.is_archived AND NEW.archived_by IS NOT NULL BEGIN
  UPDATE person SET archived_by = NULL WHERE id = NEW.id;
END;
CREATE TRIGGER project_archived_by_planner AFTER UPDATE OF is_archived ON project
WHEN OLD.is_archived <> NEW.is_archived AND NEW.archived_by IS NOT NULL BEGIN
  UPDATE project SET archived_by = NULL WHERE id = NEW.id;
END;

CREATE TRIGGER contract_overlap_insert BEFORE INSERT ON contract
WHEN EXISTS (
  SELECT 1 FROM contract
  WHERE person_id = NEW.person_id AND id IS NOT NEW.id
    AND ifnull(starts_on, '0000') <= ifnull(NEW.ends_on, '9999')
    AND ifnull(NEW.starts_on, '0000') <= ifnull(ends_on, '9999')) BEGIN
  SELECT raise(ABORT, 'contract overlaps another contract of the same person');
END;
CREATE TRIGGER contract_overlap_update BEFORE UPDATE OF person_id, starts_on, ends_on ON contract
WHEN EXISTS (
  SELECT 1 FROM contract
  WHERE person_id = NEW.person_id AND id <> OLD.id
    AND ifnull(starts_on, '0000') <= ifnull(NEW.ends_on, '9999')
    AND ifnull(NEW.starts_on, '0000') <= ifnull(ends_on, '9999')) BEGIN
  SELECT raise(ABORT, 'contract overlaps another contract of the same person');
END;
