-- What the tool remembers of its own work. Run rows stay for ever; findings are pruned (rule 83).

CREATE TABLE import_run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  trigger TEXT NOT NULL CHECK (trigger IN ('scheduled', 'manual', 'webhook', 'demo')),
  scope TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'done', 'partial', 'held', 'failed')),
  started_at TEXT NOT NULL,
  finished_at TEXT,
  window_from TEXT,
  window_to TEXT,
  requests INTEGER NOT NULL DEFAULT 0,
  entries_read INTEGER NOT NULL DEFAULT 0,
  seconds_read INTEGER NOT NULL DEFAULT 0,
  seconds_placed INTEGER NOT NULL DEFAULT 0,
  seconds_skipped INTEGER NOT NULL DEFAULT 0,
  seconds_held INTEGER NOT NULL DEFAULT 0,
  summary TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(summary)),
  workspace_id TEXT,
  is_narrowed INTEGER NOT NULL DEFAULT 0 CHECK (is_narrowed IN (0, 1)),
  process_id INTEGER,
  machine_finished_at TEXT
) STRICT;

CREATE TABLE finding (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  import_run_id INTEGER NOT NULL REFERENCES import_run (id),
  level TEXT NOT NULL CHECK (level IN ('info', 'warning', 'error')),
  code TEXT NOT NULL,
  kind TEXT,
  external_id TEXT,
  planning_id INTEGER,
  name TEXT,
  entries INTEGER NOT NULL DEFAULT 0,
  seconds INTEGER NOT NULL DEFAULT 0,
  message TEXT NOT NULL
) STRICT;
CREATE INDEX finding_by_run ON finding (import_run_id, code);

-- What was asked for and whether it arrived whole (rule 6). Instants: from included, to excluded.
CREATE TABLE read_slice (
  import_run_id INTEGER NOT NULL REFERENCES import_run (id),
  workspace_id TEXT NOT NULL,
  user_id TEXT,
  from_instant TEXT NOT NULL,
  to_instant TEXT NOT NULL,
  entries INTEGER NOT NULL DEFAULT 0,
  seconds INTEGER NOT NULL DEFAULT 0,
  is_complete INTEGER NOT NULL DEFAULT 0 CHECK (is_complete IN (0, 1))
) STRICT;
CREATE INDEX read_slice_by_run ON read_slice (import_run_id);

CREATE TABLE setting (
  key TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL,
  changed_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
) STRICT, WITHOUT ROWID;
