-- The only thing that ties a planning item to Clockify (rule 9).
-- `baseline` is what Clockify said when the link was made, as JSON: what differs from it now is drift (rule 11).
CREATE TABLE external_reference (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('client', 'project', 'person')),
  planning_id INTEGER NOT NULL,
  system TEXT NOT NULL DEFAULT 'clockify' CHECK (system = 'clockify'),
  external_id TEXT NOT NULL CHECK (trim(external_id) <> ''),
  workspace_id TEXT,
  source_missing_since TEXT,
  baseline TEXT CHECK (baseline IS NULL OR json_valid(baseline)),
  UNIQUE (system, kind, external_id)
) STRICT;
CREATE INDEX external_reference_by_item ON external_reference (kind, planning_id);

CREATE TABLE ignored_reference (
  system TEXT NOT NULL DEFAULT 'clockify' CHECK (system = 'clockify'),
  kind TEXT NOT NULL CHECK (kind IN ('client', 'project', 'person')),
  external_id TEXT NOT NULL CHECK (trim(external_id) <> ''),
  note TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  PRIMARY KEY (system, kind, external_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER external_reference_target_insert BEFORE INSERT ON external_reference
WHEN NOT EXISTS (SELECT 1 FROM client WHERE NEW.kind = 'client' AND id = NEW.planning_id)
  AND NOT EXISTS (SELECT 1 FROM project WHERE NEW.kind = 'project' AND id = NEW.planning_id)
  AND NOT EXISTS (SELECT 1 FROM person WHERE NEW.kind = 'person' AND id = NEW.planning_id) BEGIN
  SELECT raise(ABORT, 'external_reference.planning_id names no item of that kind');
END;
CREATE TRIGGER external_reference_target_update BEFORE UPDATE OF kind, planning_id ON external_reference
WHEN NOT EXISTS (SELECT 1 FROM client WHERE NEW.kind = 'client' AND id = NEW.planning_id)
  AND NOT EXISTS (SELECT 1 FROM project WHERE NEW.kind = 'project' AND id = NEW.planning_id)
  AND NOT EXISTS (SELECT 1 FROM person WHERE NEW.kind = 'person' AND id = NEW.planning_id) BEGIN
  SELECT raise(ABORT, 'external_reference.planning_id names no item of that kind');
END;
