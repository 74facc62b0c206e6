-- Where each entry's time went and why.

-- Everything that decides about the entries of one Clockify user on one Clockify project, as a fingerprint:
-- when it differs from the plan, links and tags of today, the pair's entries are placed again (rule 45).
CREATE TABLE placement_basis (
  pair_key INTEGER PRIMARY KEY,
  user_id TEXT NOT NULL,
  clockify_project_id TEXT NOT NULL DEFAULT '',
  fingerprint INTEGER,
  UNIQUE (user_id, clockify_project_id)
) STRICT;

-- One row per entry. person, project and date name the cell the entry belongs to, also while it is only held.
-- `counted`: the content_hash whose seconds are in the actuals; null = none. `pinned`: the hash of the user and times
-- that zone and date were decided for (rule 35). seconds: whole seconds between start and end.
CREATE TABLE placement (
  entry_key INTEGER PRIMARY KEY,
  pair_key INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (
    state = 'placed' OR state = 'skipped' OR state = 'held' OR state = 'missing' OR state = 'deleted'),
  reason TEXT,
  zone TEXT NOT NULL,
  date TEXT NOT NULL,
  seconds INTEGER NOT NULL,
  is_billable INTEGER NOT NULL,
  person_id INTEGER,
  project_id INTEGER,
  role_id INTEGER,
  role_step TEXT,
  counted INTEGER,
  pinned INTEGER NOT NULL
) STRICT;
-- What adding up a cell needs, so that settling reads nothing but this.
CREATE INDEX placement_by_cell ON placement (person_id, project_id, date, state, role_id, is_billable, seconds)
WHERE person_id IS NOT NULL;
CREATE INDEX placement_by_pair ON placement (pair_key);
-- Here and in the checks OR: SQLite opens a temporary table per row and longer IN list.
CREATE INDEX placement_waiting ON placement (state, reason)
WHERE state = 'held' OR state = 'missing' OR state = 'deleted';

-- Cells in which the ledger wants something else than stands there, because they were frozen when it came up.
CREATE TABLE deferred_cell (
  person_id INTEGER NOT NULL,
  project_id INTEGER NOT NULL,
  date TEXT NOT NULL,
  PRIMARY KEY (person_id, project_id, date)
) STRICT, WITHOUT ROWID;

-- The removals that the brake stopped, for `--confirm-deletes` (rule 53). Only the newest plan is kept.
CREATE TABLE delete_plan (
  import_run_id INTEGER NOT NULL REFERENCES import_run (id),
  entry_key INTEGER NOT NULL,
  PRIMARY KEY (import_run_id, entry_key)
) STRICT, WITHOUT ROWID;

-- Foreign keys may be off on other people's connections, so deleting an item removes what hangs on it here (rule 15).
CREATE TRIGGER person_deleted BEFORE DELETE ON person BEGIN
  INSERT OR IGNORE INTO entry_change SELECT entry_key FROM placement WHERE person_id = OLD.id;
  UPDATE placement SET state = CASE WHEN state = 'placed' THEN 'held' ELSE state END,
    reason = CASE WHEN state = 'placed' THEN 'person_not_linked' ELSE reason END,
    person_id = NULL, project_id = NULL, role_id = NULL, role_step = NULL, counted = NULL
  WHERE person_id = OLD.id;
  DELETE FROM contract WHERE person_id = OLD.id;
  DELETE FROM assignment WHERE person_id = OLD.id;
  DELETE FROM time_off WHERE person_id = OLD.id;
  DELETE FROM actual WHERE person_id = OLD.id;
  DELETE FROM actual_conflict WHERE person_id = OLD.id;
  DELETE FROM cell_change WHERE person_id = OLD.id;
  DELETE FROM deferred_cell WHERE person_id = OLD.id;
  DELETE FROM external_reference WHERE kind = 'person' AND planning_id = OLD.id;
END;
CREATE TRIGGER project_deleted BEFORE DELETE ON project BEGIN
  INSERT OR IGNORE INTO entry_change SELECT entry_key FROM placement WHERE project_id = OLD.id;
  UPDATE placement SET state = CASE WHEN state = 'placed' THEN 'held' ELSE state END,
    reason = CASE WHEN state = 'placed' THEN 'project_not_linked' ELSE reason END,
    person_id = NULL, project_id = NULL, role_id = NULL, role_step = NULL, counted = NULL
  WHERE project_id = OLD.id;
  DELETE FROM assignment WHERE project_id = OLD.id;
  DELETE FROM actual WHERE project_id = OLD.id;
  DELETE FROM actual_conflict WHERE project_id = OLD.id;
  DELETE FROM cell_change WHERE project_id = OLD.id;
  DELETE FROM deferred_cell WHERE project_id = OLD.id;
  DELETE FROM project_tag WHERE project_id = OLD.id;
  DELETE FROM timesheet_lock WHERE project_id = OLD.id;
  DELETE FROM external_reference WHERE kind = 'project' AND planning_id = OLD.id;
END;
CREATE TRIGGER client_deleted BEFORE DELETE ON client BEGIN
  SELECT raise(ABORT, 'client still has projects: delete or move them first')
  WHERE EXISTS (SELECT 1 FROM project WHERE client_id = OLD.id);
  DELETE FROM client_tag WHERE client_id = OLD.id;
  DELETE FROM external_reference WHERE kind = 'client' AND planning_id = OLD.id;
END;
CREATE TRIGGER role_deleted BEFORE DELETE ON role BEGIN
  SELECT raise(ABORT, 'role is still used')
  WHERE OLD.is_system = 1
    OR EXISTS (SELECT 1 FROM contract WHERE role_id = OLD.id)
    OR EXISTS (SELECT 1 FROM assignment WHERE role_id = OLD.id)
    OR EXISTS (SELECT 1 FROM actual WHERE role_id = OLD.id);
END;
