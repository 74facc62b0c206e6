-- Pairs that a planner said to be different: not proposed again (rule 74). left_id < right_id.
CREATE TABLE duplicate_dismissal (
  kind TEXT NOT NULL CHECK (kind IN ('client', 'project', 'person')),
  left_id INTEGER NOT NULL,
  right_id INTEGER NOT NULL,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  PRIMARY KEY (kind, left_id, right_id),
  CHECK (left_id < right_id)
) STRICT, WITHOUT ROWID;

-- What was merged into what, with every row as it was before and after, so that it can be undone (rule 76).
CREATE TABLE merge (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('client', 'project', 'person')),
  kept_id INTEGER NOT NULL,
  dropped_id INTEGER NOT NULL,
  dropped_name TEXT NOT NULL,
  merged_at TEXT NOT NULL,
  undone_at TEXT
) STRICT;
CREATE TABLE merge_row (
  id INTEGER PRIMARY KEY,
  merge_id INTEGER NOT NULL REFERENCES merge (id),
  table_name TEXT NOT NULL,
  row_key TEXT NOT NULL,
  before TEXT CHECK (before IS NULL OR json_valid(before)),
  after TEXT CHECK (after IS NULL OR json_valid(after)),
  UNIQUE (merge_id, table_name, row_key)
) STRICT;

-- Conflicts that a planner settled in favour of the hours typed by hand: listed again only when Clockify's figure changes.
CREATE TABLE conflict_settlement (
  person_id INTEGER NOT NULL,
  project_id INTEGER NOT NULL,
  date TEXT NOT NULL,
  source_minutes INTEGER NOT NULL,
  PRIMARY KEY (person_id, project_id, date)
) STRICT, WITHOUT ROWID;
