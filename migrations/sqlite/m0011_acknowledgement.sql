-- What somebody has seen and left as it is: it waits for nobody any more, until it changes.
CREATE TABLE acknowledgement (
  code TEXT NOT NULL CHECK (code = 'source_missing' OR code = 'project_without_client'),
  kind TEXT NOT NULL CHECK (kind = 'client' OR kind = 'project' OR kind = 'person'),
  external_id TEXT NOT NULL CHECK (trim(external_id) <> ''),
  note TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  PRIMARY KEY (code, kind, external_id)
) STRICT, WITHOUT ROWID;
-- One whose link goes, or that is back in Clockify, is news again the next time.
CREATE TRIGGER acknowledged_link_gone AFTER DELETE ON external_reference BEGIN
  DELETE FROM acknowledgement WHERE code = 'source_missing' AND kind = OLD.kind AND external_id = OLD.external_id;
END;
CREATE TRIGGER acknowledged_link_back AFTER UPDATE OF source_missing_since ON external_reference
WHEN NEW.source_missing_since IS NULL BEGIN
  DELETE FROM acknowledgement WHERE code = 'source_missing' AND kind = NEW.kind AND external_id = NEW.external_id;
END;
CREATE TRIGGER acknowledged_project_has_client AFTER UPDATE OF client_id ON clockify_project
WHEN NEW.client_id IS NOT NULL BEGIN
  DELETE FROM acknowledgement
  WHERE code = 'project_without_client' AND kind = 'project' AND external_id = NEW.id;
END;
