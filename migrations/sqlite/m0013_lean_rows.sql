-- Entries are the many. What repeats in them is stored once, and instants as seconds: a third of the bytes, and as much
-- less to write. The view under the old name reads as the table did.

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
