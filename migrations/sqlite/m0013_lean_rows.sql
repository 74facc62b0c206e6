-- Rows by the million are lean. What repeats in entries is stored once, and instants as seconds: a third of the bytes, and
-- as much less to write. The views under the old names read as the tables did.

-- Ids of workspaces, users, projects and tasks; names of types and zones.
CREATE TABLE clockify_text (
  text_key INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;

-- workspace, user, project, task, type, time_zone: keys of clockify_text. start, end: seconds since 1970, UTC;
-- start is null only where an earlier version's row held no instant.
-- `content_hash` covers what decides where the time goes (user, project, start, end, flag, type), `detail_hash` the rest.
CREATE TABLE clockify_time_entry_row (
  entry_key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  workspace INTEGER NOT NULL,
  user INTEGER NOT NULL,
  project INTEGER,
  task INTEGER,
  description TEXT,
  billable INTEGER,
  type INTEGER,
  start INTEGER,
  "end" INTEGER,
  time_zone INTEGER,
  content_hash INTEGER NOT NULL,
  detail_hash INTEGER NOT NULL,
  first_seen_run INTEGER,
  deleted_at TEXT
) STRICT;

INSERT OR IGNORE INTO clockify_text (text)
SELECT DISTINCT workspace_id FROM clockify_time_entry
UNION SELECT DISTINCT user_id FROM clockify_time_entry
UNION SELECT DISTINCT project_id FROM clockify_time_entry WHERE project_id IS NOT NULL
UNION SELECT DISTINCT task_id FROM clockify_time_entry WHERE task_id IS NOT NULL
UNION SELECT DISTINCT type FROM clockify_time_entry WHERE type IS NOT NULL
UNION SELECT DISTINCT time_zone FROM clockify_time_entry WHERE time_zone IS NOT NULL;
INSERT INTO clockify_time_entry_row
SELECT entry_key, id,
  (SELECT text_key FROM clockify_text WHERE text = workspace_id),
  (SELECT text_key FROM clockify_text WHERE text = user_id),
  (SELECT text_key FROM clockify_text WHERE text = project_id),
  (SELECT text_key FROM clockify_text WHERE text = task_id),
  description, billable,
  (SELECT text_key FROM clockify_text WHERE text = type),
  unixepoch(start), unixepoch("end"),
  (SELECT text_key FROM clockify_text WHERE text = time_zone),
  content_hash, detail_hash, first_seen_run, deleted_at
FROM clockify_time_entry;
DROP TABLE clockify_time_entry;
CREATE INDEX clockify_time_entry_by_start ON clockify_time_entry_row (start);

CREATE VIEW clockify_time_entry AS
SELECT entry_key, id,
  (SELECT text FROM clockify_text WHERE text_key = workspace) AS workspace_id,
  (SELECT text FROM clockify_text WHERE text_key = user) AS user_id,
  (SELECT text FROM clockify_text WHERE text_key = project) AS project_id,
  (SELECT text FROM clockify_text WHERE text_key = task) AS task_id,
  description, billable,
  (SELECT text FROM clockify_text WHERE text_key = e.type) AS type,
  strftime('%Y-%m-%dT%H:%M:%SZ', e.start, 'unixepoch') AS start,
  strftime('%Y-%m-%dT%H:%M:%SZ', e."end", 'unixepoch') AS "end",
  (SELECT text FROM clockify_text WHERE text_key = e.time_zone) AS time_zone,
  content_hash, detail_hash, first_seen_run, deleted_at
FROM clockify_time_entry_row e;

-- The ledger in the same way: zone by its text's key, the date as days since 1970; null only where an earlier version's
-- row held no date.
CREATE TABLE placement_row (
  entry_key INTEGER PRIMARY KEY,
  pair_key INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (
    state = 'placed' OR state = 'skipped' OR state = 'held' OR state = 'missing' OR state = 'deleted'),
  reason TEXT,
  zone INTEGER NOT NULL,
  day INTEGER,
  seconds INTEGER NOT NULL,
  is_billable INTEGER NOT NULL,
  person_id INTEGER,
  project_id INTEGER,
  role_id INTEGER,
  role_step TEXT,
  counted INTEGER,
  pinned INTEGER NOT NULL
) STRICT;
INSERT OR IGNORE INTO clockify_text (text) SELECT DISTINCT zone FROM placement;
INSERT INTO placement_row
SELECT entry_key, pair_key, state, reason, (SELECT text_key FROM clockify_text WHERE text = zone),
  unixepoch(date) / 86400, seconds, is_billable, person_id, project_id, role_id, role_step, counted, pinned
FROM placement;
DROP TABLE placement;
-- What adding up a cell needs, so that settling reads nothing but this.
CREATE INDEX placement_by_cell ON placement_row (person_id, project_id, day, state, role_id, is_billable, seconds)
WHERE person_id IS NOT NULL;
CREATE INDEX placement_by_pair ON placement_row (pair_key);
CREATE INDEX placement_waiting ON placement_row (state, reason)
WHERE state = 'held' OR state = 'missing' OR state = 'deleted';

CREATE VIEW placement AS
SELECT entry_key, pair_key, state, reason, (SELECT text FROM clockify_text WHERE text_key = p.zone) AS zone,
  date(p.day * 86400, 'unixepoch') AS date, seconds, is_billable, person_id, project_id, role_id, role_step, counted,
  pinned
FROM placement_row p;

DROP VIEW ledger;
CREATE VIEW ledger AS
SELECT
  e.id AS entry_id, e.workspace_id, e.user_id, e.project_id AS clockify_project_id,
  e.start AS started_at, e."end" AS ended_at, p.seconds, p.is_billable AS billable, e.type,
  p.zone, p.date, p.state, p.reason, p.person_id, p.project_id, p.role_id, p.role_step
FROM placement p
JOIN clockify_time_entry e ON e.entry_key = p.entry_key;

DROP TRIGGER person_deleted;
CREATE TRIGGER person_deleted BEFORE DELETE ON person BEGIN
  INSERT OR IGNORE INTO entry_change (entry_key) SELECT entry_key FROM placement_row WHERE person_id = OLD.id;
  UPDATE placement_row SET state = CASE WHEN state = 'placed' THEN 'held' ELSE state END,
    reason = CASE WHEN state = 'placed' THEN 'person_not_linked' ELSE reason END,
    person_id = NULL, project_id = NULL, role_id = NULL, role_step = NULL, counted = NULL
  WHERE person_id = OLD.id;
  DELETE FROM contract WHERE person_id = OLD.id;
  DELETE FROM assignment WHERE person_id = OLD.id;
  DELETE FROM time_off WHERE person_id = OLD.id;
  DELETE FROM actual WHERE person_id = OLD.id;
  DELETE FROM actual_conflict WHERE person_id = OLD.id;
  DELETE FROM conflict_settlement WHERE person_id = OLD.id;
  DELETE FROM cell_change WHERE person_id = OLD.id;
  DELETE FROM deferred_cell WHERE person_id = OLD.id;
  DELETE FROM external_reference WHERE kind = 'person' AND planning_id = OLD.id;
END;
DROP TRIGGER project_deleted;
CREATE TRIGGER project_deleted BEFORE DELETE ON project BEGIN
  INSERT OR IGNORE INTO entry_change (entry_key) SELECT entry_key FROM placement_row WHERE project_id = OLD.id;
  UPDATE placement_row SET state = CASE WHEN state = 'placed' THEN 'held' ELSE state END,
    reason = CASE WHEN state = 'placed' THEN 'project_not_linked' ELSE reason END,
    person_id = NULL, project_id = NULL, role_id = NULL, role_step = NULL, counted = NULL
  WHERE project_id = OLD.id;
  DELETE FROM assignment WHERE project_id = OLD.id;
  DELETE FROM actual WHERE project_id = OLD.id;
  DELETE FROM actual_conflict WHERE project_id = OLD.id;
  DELETE FROM conflict_settlement WHERE project_id = OLD.id;
  DELETE FROM cell_change WHERE project_id = OLD.id;
  DELETE FROM deferred_cell WHERE project_id = OLD.id;
  DELETE FROM project_tag WHERE project_id = OLD.id;
  DELETE FROM timesheet_lock WHERE project_id = OLD.id;
  DELETE FROM external_reference WHERE kind = 'project' AND planning_id = OLD.id;
END;

-- What the import wrote, as numbers: to compare texts was half the cost of writing a row.
-- `written` is the row's key as the import wrote it, mixed into one number; `written_billable` and `written_nonbillable`
-- are its minutes. A row that differs from them, or has none, was typed or edited by hand: `is_manual` says so whoever
-- edited, with whatever tool (rules 57, 58).
CREATE TEMP TABLE actual_before AS
SELECT person_id, project_id, role_id, date, billable_minutes, nonbillable_minutes, origin, import_run_id, updated_at,
  imported_origin, is_manual,
  CASE WHEN is_manual OR written IS NULL THEN json('["' || replace(written, '/', '","') || '"]') END AS parts,
  written IS NOT NULL AND NOT is_manual AS is_as_written
FROM actual;
DROP TABLE actual;
CREATE TABLE actual (
  person_id INTEGER NOT NULL REFERENCES person (id),
  project_id INTEGER NOT NULL REFERENCES project (id),
  role_id INTEGER NOT NULL REFERENCES role (id),
  date TEXT NOT NULL CHECK (date = date(date, '+0 days')),
  billable_minutes INTEGER NOT NULL DEFAULT 0 CHECK (billable_minutes >= 0),
  nonbillable_minutes INTEGER NOT NULL DEFAULT 0 CHECK (nonbillable_minutes >= 0),
  origin TEXT NOT NULL DEFAULT 'manual' CHECK (origin = 'clockify' OR origin = 'manual' OR origin = 'autofill'),
  import_run_id INTEGER REFERENCES import_run (id),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  written INTEGER,
  written_billable INTEGER,
  written_nonbillable INTEGER,
  imported_origin TEXT,
  is_manual INTEGER GENERATED ALWAYS AS (
    (origin = 'manual' AND imported_origin IS NULL) OR written IS NULL
    OR written IS NOT person_id * 68719476731 + project_id * 41538374867 + role_id * 26738688403 + unixepoch(date) / 86400
    OR written_billable IS NOT billable_minutes OR written_nonbillable IS NOT nonbillable_minutes
  ) VIRTUAL,
  PRIMARY KEY (person_id, project_id, role_id, date)
) STRICT, WITHOUT ROWID;
PRAGMA ignore_check_constraints = 1;
INSERT INTO actual (person_id, project_id, role_id, date, billable_minutes, nonbillable_minutes, origin, import_run_id,
  updated_at, written, written_billable, written_nonbillable, imported_origin)
SELECT person_id, project_id, role_id, date, billable_minutes, nonbillable_minutes, origin, import_run_id, updated_at,
  CASE WHEN is_as_written THEN person_id * 68719476731 + project_id * 41538374867 + role_id * 26738688403 + unixepoch(date) / 86400
    ELSE (parts ->> 0) * 68719476731 + (parts ->> 1) * 41538374867 + (parts ->> 2) * 26738688403 + unixepoch((parts ->> 3)) / 86400 END,
  CASE WHEN is_as_written THEN billable_minutes ELSE CAST(parts ->> 4 AS INTEGER) END,
  CASE WHEN is_as_written THEN nonbillable_minutes ELSE CAST(parts ->> 5 AS INTEGER) END,
  imported_origin
FROM actual_before;
PRAGMA ignore_check_constraints = 0;
DROP TABLE actual_before;
CREATE INDEX actual_by_person_date ON actual (person_id, date);
CREATE INDEX actual_autofill ON actual (person_id, date) WHERE origin = 'autofill';
CREATE INDEX actual_manual ON actual (person_id, project_id, date) WHERE is_manual = 1;

-- The rows that merges keep for their undoing, in the same form.
UPDATE merge_row SET
  before = CASE WHEN before IS NULL THEN NULL ELSE (
    SELECT json_object(
      'person_id', o ->> 'person_id', 'project_id', o ->> 'project_id', 'role_id', o ->> 'role_id', 'date', o ->> 'date',
      'billable_minutes', o ->> 'billable_minutes', 'nonbillable_minutes', o ->> 'nonbillable_minutes',
      'origin', o ->> 'origin', 'import_run_id', o ->> 'import_run_id', 'updated_at', o ->> 'updated_at',
      'written', (w ->> 0) * 68719476731 + (w ->> 1) * 41538374867 + (w ->> 2) * 26738688403 + unixepoch((w ->> 3)) / 86400,
      'written_billable', CAST(w ->> 4 AS INTEGER), 'written_nonbillable', CAST(w ->> 5 AS INTEGER),
      'imported_origin', o ->> 'imported_origin')
    FROM (SELECT before AS o, json('["' || replace(before ->> 'written', '/', '","') || '"]') AS w)) END,
  after = CASE WHEN after IS NULL THEN NULL ELSE (
    SELECT json_object(
      'person_id', o ->> 'person_id', 'project_id', o ->> 'project_id', 'role_id', o ->> 'role_id', 'date', o ->> 'date',
      'billable_minutes', o ->> 'billable_minutes', 'nonbillable_minutes', o ->> 'nonbillable_minutes',
      'origin', o ->> 'origin', 'import_run_id', o ->> 'import_run_id', 'updated_at', o ->> 'updated_at',
      'written', (w ->> 0) * 68719476731 + (w ->> 1) * 41538374867 + (w ->> 2) * 26738688403 + unixepoch((w ->> 3)) / 86400,
      'written_billable', CAST(w ->> 4 AS INTEGER), 'written_nonbillable', CAST(w ->> 5 AS INTEGER),
      'imported_origin', o ->> 'imported_origin')
    FROM (SELECT after AS o, json('["' || replace(after ->> 'written', '/', '","') || '"]') AS w)) END
WHERE table_name = 'actual';

CREATE TRIGGER actual_deleted AFTER DELETE ON actual BEGIN
  INSERT OR IGNORE INTO cell_change VALUES (OLD.person_id, OLD.project_id, OLD.date);
END;
CREATE TRIGGER actual_moved AFTER UPDATE OF person_id, project_id, role_id, date ON actual BEGIN
  INSERT OR IGNORE INTO cell_change VALUES (OLD.person_id, OLD.project_id, OLD.date);
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
