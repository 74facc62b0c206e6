-- The mirror: what Clockify said, its field names in snake_case. `deleted_at`: proven gone from a complete list,
-- or, for an entry, Clockify's own word that the id is gone.

CREATE TABLE clockify_workspace (
  id TEXT PRIMARY KEY NOT NULL,
  workspace_id TEXT NOT NULL,
  name TEXT,
  feature_subscription_type TEXT,
  first_seen_run INTEGER,
  deleted_at TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE clockify_user (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT,
  email TEXT,
  status TEXT,
  membership_status TEXT,
  time_zone TEXT,
  is_listed INTEGER NOT NULL DEFAULT 1 CHECK (is_listed IN (0, 1)),
  first_seen_run INTEGER,
  deleted_at TEXT,
  PRIMARY KEY (workspace_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE clockify_client (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT,
  archived INTEGER NOT NULL DEFAULT 0,
  first_seen_run INTEGER,
  deleted_at TEXT,
  PRIMARY KEY (workspace_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE clockify_project (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT,
  client_id TEXT,
  billable INTEGER,
  archived INTEGER NOT NULL DEFAULT 0,
  template INTEGER NOT NULL DEFAULT 0,
  first_seen_run INTEGER,
  deleted_at TEXT,
  PRIMARY KEY (workspace_id, id)
) STRICT, WITHOUT ROWID;

-- `content_hash` covers what decides where the time goes (user, project, start, end, flag, type), `detail_hash` the rest.
CREATE TABLE clockify_time_entry (
  entry_key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  workspace_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  project_id TEXT,
  task_id TEXT,
  description TEXT,
  billable INTEGER,
  type TEXT,
  start TEXT NOT NULL,
  "end" TEXT,
  time_zone TEXT,
  content_hash INTEGER NOT NULL,
  detail_hash INTEGER NOT NULL,
  first_seen_run INTEGER,
  deleted_at TEXT
) STRICT;
CREATE INDEX clockify_time_entry_by_start ON clockify_time_entry (start);

-- Entries whose mirror row is newer than their placement; emptied by the transaction that places them (rule 2).
CREATE TABLE entry_change (
  entry_key INTEGER PRIMARY KEY
) STRICT;
