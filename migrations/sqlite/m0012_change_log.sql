-- Who changed what, when, through which face, and what they were told. Written in the transaction of the change.
CREATE TABLE change_log (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  surface TEXT NOT NULL,
  -- As in 'lock.set'.
  action TEXT NOT NULL,
  -- The item, where it was one.
  kind TEXT,
  planning_id INTEGER,
  said TEXT NOT NULL,
  -- JSON: what was asked for.
  details TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(details))
) STRICT;
CREATE INDEX change_log_by_item ON change_log (kind, planning_id);
-- What a finding says, as values: its sentence is made from them when it is read. NULL in runs of earlier versions.
ALTER TABLE finding ADD COLUMN details TEXT CHECK (details IS NULL OR json_valid(details));
