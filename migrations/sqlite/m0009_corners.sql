-- Several workspaces, each judged and remembered by itself (rules 87, 88, 89, 92), and what an undo must know (rule 95).

-- Of the run log: how far each workspace of a run was read. `source`: the detailed report or everybody's own list;
-- null: its time was not asked for. `failure`: in Clockify's terms, what ended the reading early.
CREATE TABLE workspace_reading (
  import_run_id INTEGER NOT NULL REFERENCES import_run (id),
  workspace_id TEXT NOT NULL,
  source TEXT CHECK (source = 'reports' OR source = 'entries'),
  window_from TEXT,
  window_to TEXT,
  slices INTEGER NOT NULL DEFAULT 0,
  slices_complete INTEGER NOT NULL DEFAULT 0,
  guaranteed_from TEXT,
  is_complete INTEGER NOT NULL CHECK (is_complete = 0 OR is_complete = 1),
  failure TEXT,
  PRIMARY KEY (workspace_id, import_run_id)
) STRICT, WITHOUT ROWID;

-- The dates that a slice is part of the answer for, both included: its instants reach further, because clocks differ.
ALTER TABLE read_slice ADD COLUMN from_date TEXT;
ALTER TABLE read_slice ADD COLUMN to_date TEXT;

-- What earlier versions read: a narrowed run's dates were not kept, its slices answer for nothing.
UPDATE read_slice SET
  from_date = (SELECT window_from FROM import_run WHERE id = import_run_id AND is_narrowed = 0),
  to_date = (SELECT window_to FROM import_run WHERE id = import_run_id AND is_narrowed = 0);
INSERT INTO workspace_reading (import_run_id, workspace_id, source, window_from, window_to, slices, slices_complete, is_complete)
SELECT r.id, s.workspace_id, 'reports', r.window_from, r.window_to, count(*), sum(s.is_complete), min(s.is_complete)
FROM read_slice s JOIN import_run r ON r.id = s.import_run_id
WHERE r.status IN ('done', 'held') AND r.window_to IS NOT NULL
GROUP BY r.id, s.workspace_id;

-- Whether the settings name the workspace; the others' rows stay as history and decide nothing.
ALTER TABLE clockify_workspace ADD COLUMN is_named INTEGER NOT NULL DEFAULT 1 CHECK (is_named = 0 OR is_named = 1);
-- Of the rows that one account has in several workspaces, the one that decides its name and zone. At most one.
ALTER TABLE clockify_user ADD COLUMN is_current INTEGER NOT NULL DEFAULT 0 CHECK (is_current = 0 OR is_current = 1);
CREATE INDEX clockify_user_by_id ON clockify_user (id);
UPDATE clockify_user SET is_current = 1 WHERE (workspace_id, id) IN (
  SELECT workspace_id, id FROM (
    SELECT workspace_id, id, row_number() OVER (
      PARTITION BY id ORDER BY deleted_at IS NOT NULL, is_listed DESC, ifnull(membership_status, 'ACTIVE') <> 'ACTIVE',
        workspace_id) AS place
    FROM clockify_user)
  WHERE place = 1);

-- Groups are read when a filter names one (rule 22); who is in them is kept for runs that do not read their workspace.
CREATE TABLE clockify_user_group (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT,
  first_seen_run INTEGER,
  deleted_at TEXT,
  PRIMARY KEY (workspace_id, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE clockify_membership (
  workspace_id TEXT NOT NULL,
  target_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  membership_type TEXT NOT NULL,
  membership_status TEXT,
  deleted_at TEXT,
  PRIMARY KEY (workspace_id, target_id, user_id, membership_type)
) STRICT, WITHOUT ROWID;

-- One row per Clockify account that a workspace of the settings knows: its current row, and what holds in all of them.
-- is_archived: inactive wherever it still is. is_gone: in no complete list any more. never_joined: invited everywhere.
CREATE VIEW clockify_account AS
WITH member AS (
  SELECT u.*,
    ifnull(u.status, 'ACTIVE') IN ('DELETED', 'LIMITED', 'LIMITED_DELETED')
      OR ifnull(u.membership_status, 'ACTIVE') = 'INACTIVE' AS is_inactive,
    ifnull(u.membership_status IN ('PENDING', 'DECLINED'),
      u.is_listed = 1 AND ifnull(u.status, 'ACTIVE') IN ('PENDING_EMAIL_VERIFICATION', 'NOT_REGISTERED')) AS is_invited
  FROM clockify_user u JOIN clockify_workspace w ON w.id = u.workspace_id AND w.is_named = 1
)
SELECT
  u.id, u.workspace_id, u.name, u.email, u.status, u.membership_status, u.time_zone,
  ifnull(min(CASE WHEN m.deleted_at IS NULL AND m.is_listed = 1 THEN m.is_inactive END),
    ifnull(u.status, 'ACTIVE') IN ('DELETED', 'LIMITED', 'LIMITED_DELETED')
      OR ifnull(u.membership_status, 'ACTIVE') = 'INACTIVE') AS is_archived,
  min(m.deleted_at IS NOT NULL) AS is_gone,
  max(m.is_listed) AS is_listed,
  min(m.is_invited) AS never_joined
FROM clockify_user u JOIN member m ON m.id = u.id
WHERE u.is_current = 1
GROUP BY u.id;

DROP VIEW drift;
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
    json_object('name', u.name, 'email', u.email, 'archived', u.is_archived)
  FROM external_reference r JOIN clockify_account u ON u.id = r.external_id AND r.kind = 'person' AND u.is_listed = 1
)
SELECT now.kind, now.planning_id, now.external_id, field.key AS field,
  json_extract(now.baseline, '$.' || field.key) AS linked_value, field.value AS clockify_value
FROM now, json_each(now.current) AS field
WHERE now.baseline IS NOT NULL AND json_extract(now.baseline, '$.' || field.key) IS NOT field.value;

-- `arrived`: Clockify sent the entry since it was placed last, so it is there, whatever the ledger says of it (rule 56).
-- 0: something else asks for it to be placed again.
ALTER TABLE entry_change ADD COLUMN arrived INTEGER NOT NULL DEFAULT 0 CHECK (arrived = 0 OR arrived = 1);
UPDATE entry_change SET arrived = 1;

-- The entries that a merge moved, so that an undo gives back just those, wherever they are by then.
CREATE TABLE merge_entry (
  merge_id INTEGER NOT NULL REFERENCES merge (id),
  entry_key INTEGER NOT NULL,
  PRIMARY KEY (merge_id, entry_key)
) STRICT, WITHOUT ROWID;
-- Of merges by earlier versions: what stands on the kept item and comes from the dropped one's links.
INSERT INTO merge_entry
SELECT m.id, p.entry_key
FROM merge m
JOIN merge_row r ON r.merge_id = m.id AND r.table_name = 'external_reference'
  AND json_extract(r.before, '$.planning_id') = m.dropped_id
JOIN placement_basis b ON json_extract(r.before, '$.external_id')
  = CASE m.kind WHEN 'person' THEN b.user_id ELSE b.clockify_project_id END
JOIN placement p ON p.pair_key = b.pair_key
WHERE m.undone_at IS NULL AND m.kind <> 'client'
  AND CASE m.kind WHEN 'person' THEN p.person_id ELSE p.project_id END = m.kept_id
GROUP BY m.id, p.entry_key;

DROP TRIGGER person_deleted;
CREATE TRIGGER person_deleted BEFORE DELETE ON person BEGIN
  INSERT OR IGNORE INTO entry_change (entry_key) SELECT entry_key FROM placement WHERE person_id = OLD.id;
  UPDATE placement SET state = CASE WHEN state = 'placed' THEN 'held' ELSE state END,
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
  INSERT OR IGNORE INTO entry_change (entry_key) SELECT entry_key FROM placement WHERE project_id = OLD.id;
  UPDATE placement SET state = CASE WHEN state = 'placed' THEN 'held' ELSE state END,
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
