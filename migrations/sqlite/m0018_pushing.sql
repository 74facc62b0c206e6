-- What was being created in Clockify and is not linked yet (rule 86).
CREATE TABLE pending_push (
  kind TEXT NOT NULL CHECK (kind IN ('client', 'project')),
  planning_id INTEGER NOT NULL,
  workspace_id TEXT NOT NULL,
  name TEXT NOT NULL,
  -- As sent: the client of a project.
  client_external_id TEXT,
  -- By the machine's clock, as budget and backoff.
  started_at TEXT NOT NULL,
  PRIMARY KEY (kind, planning_id, workspace_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER client_delete_pending_push AFTER DELETE ON client BEGIN
  DELETE FROM pending_push WHERE kind = 'client' AND planning_id = OLD.id;
END;
CREATE TRIGGER project_delete_pending_push AFTER DELETE ON project BEGIN
  DELETE FROM pending_push WHERE kind = 'project' AND planning_id = OLD.id;
END;
