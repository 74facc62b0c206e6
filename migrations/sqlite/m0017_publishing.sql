-- What changed since it was last published: months of the tables that are published month by month, and how each target
-- stands.

-- table_name: actual, actual_conflict, ledger, clockify_time_entry (with what stands beside entries).
-- month: YYYY-MM, or undated.
CREATE TABLE publish_dirty (
  table_name TEXT NOT NULL,
  month TEXT NOT NULL,
  PRIMARY KEY (table_name, month)
) STRICT, WITHOUT ROWID;

-- address: where it is, without secrets; another address, or another version of what is published, is another target.
-- failure: in words, while it lasts.
CREATE TABLE publish_target (
  target TEXT PRIMARY KEY NOT NULL,
  address TEXT NOT NULL,
  schema_version INTEGER NOT NULL,
  generation INTEGER NOT NULL DEFAULT 0,
  import_run_id INTEGER,
  rows INTEGER NOT NULL DEFAULT 0,
  published_at TEXT,
  tried_at TEXT,
  failure TEXT,
  failed_since TEXT
) STRICT, WITHOUT ROWID;

-- partition: a month, undated, or all for a table that is published whole. hash: of what was published; NULL: nothing yet.
-- is_dirty: it may have changed since.
CREATE TABLE publish_state (
  target TEXT NOT NULL,
  table_name TEXT NOT NULL,
  partition TEXT NOT NULL,
  hash TEXT,
  rows INTEGER NOT NULL DEFAULT 0,
  generation INTEGER NOT NULL DEFAULT 0,
  is_dirty INTEGER NOT NULL DEFAULT 0 CHECK (is_dirty IN (0, 1)),
  PRIMARY KEY (target, table_name, partition)
) STRICT, WITHOUT ROWID;

-- Whoever writes rows of these, with whatever tool. New rows of entries and their placements are noted by rota itself: a
-- trigger for each would slow a first import down. Each looks before it writes: INSERT OR IGNORE does what the statement that
-- fires it says about conflicts, and INSERT … SELECT of what it reads takes a table of its own.
CREATE TRIGGER actual_publish_insert AFTER INSERT ON actual
WHEN NOT EXISTS (SELECT 1 FROM publish_dirty WHERE table_name = 'actual' AND month = iif(NEW.date >= '0', substr(NEW.date, 1, 7), 'undated')) BEGIN
  INSERT INTO publish_dirty VALUES ('actual', iif(NEW.date >= '0', substr(NEW.date, 1, 7), 'undated'));
END;
CREATE TRIGGER actual_publish_update_from AFTER UPDATE ON actual
WHEN NOT EXISTS (SELECT 1 FROM publish_dirty WHERE table_name = 'actual' AND month = iif(OLD.date >= '0', substr(OLD.date, 1, 7), 'undated')) BEGIN
  INSERT INTO publish_dirty VALUES ('actual', iif(OLD.date >= '0', substr(OLD.date, 1, 7), 'undated'));
END;
CREATE TRIGGER actual_publish_update_to AFTER UPDATE ON actual
WHEN NOT EXISTS (SELECT 1 FROM publish_dirty WHERE table_name = 'actual' AND month = iif(NEW.date >= '0', substr(NEW.date, 1, 7), 'undated')) BEGIN
  INSERT INTO publish_dirty VALUES ('actual', iif(NEW.date >= '0', substr(NEW.date, 1, 7), 'undated'));
END;
CREATE TRIGGER actual_publish_delete AFTER DELETE ON actual
WHEN NOT EXISTS (SELECT 1 FROM publish_dirty WHERE table_name = 'actual' AND month = iif(OLD.date >= '0', substr(OLD.date, 1, 7), 'undated')) BEGIN
  INSERT INTO publish_dirty VALUES ('actual', iif(OLD.date >= '0', substr(OLD.date, 1, 7), 'undated'));
END;
CREATE TRIGGER actual_conflict_publish_insert AFTER INSERT ON actual_conflict
WHEN NOT EXISTS (SELECT 1 FROM publish_dirty WHERE table_name = 'actual_conflict' AND month = iif(NEW.date >= '0', substr(NEW.date, 1, 7), 'undated')) BEGIN
  INSERT INTO publish_dirty VALUES ('actual_conflict', iif(NEW.date >= '0', substr(NEW.date, 1, 7), 'undated'));
END;
CREATE TRIGGER actual_conflict_publish_update_from AFTER UPDATE ON actual_conflict
WHEN NOT EXISTS (SELECT 1 FROM publish_dirty WHERE table_name = 'actual_conflict' AND month = iif(OLD.date >= '0', substr(OLD.date, 1, 7), 'undated')) BEGIN
  INSERT INTO publish_dirty VALUES ('actual_conflict', iif(OLD.date >= '0', substr(OLD.date, 1, 7), 'undated'));
END;
CREATE TRIGGER actual_conflict_publish_update_to AFTER UPDATE ON actual_conflict
WHEN NOT EXISTS (SELECT 1 FROM publish_dirty WHERE table_name = 'actual_conflict' AND month = iif(NEW.date >= '0', substr(NEW.date, 1, 7), 'undated')) BEGIN
  INSERT INTO publish_dirty VALUES ('actual_conflict', iif(NEW.date >= '0', substr(NEW.date, 1, 7), 'undated'));
END;
CREATE TRIGGER actual_conflict_publish_delete AFTER DELETE ON actual_conflict
WHEN NOT EXISTS (SELECT 1 FROM publish_dirty WHERE table_name = 'actual_conflict' AND month = iif(OLD.date >= '0', substr(OLD.date, 1, 7), 'undated')) BEGIN
  INSERT INTO publish_dirty VALUES ('actual_conflict', iif(OLD.date >= '0', substr(OLD.date, 1, 7), 'undated'));
END;
CREATE TRIGGER clockify_time_entry_publish_update_from AFTER UPDATE ON clockify_time_entry_row
WHEN NOT EXISTS (SELECT 1 FROM publish_dirty WHERE table_name = 'clockify_time_entry' AND month = ifnull(strftime('%Y-%m', OLD.start, 'unixepoch'), 'undated')) BEGIN
  INSERT INTO publish_dirty VALUES ('clockify_time_entry', ifnull(strftime('%Y-%m', OLD.start, 'unixepoch'), 'undated'));
END;
CREATE TRIGGER clockify_time_entry_publish_update_to AFTER UPDATE ON clockify_time_entry_row
WHEN NOT EXISTS (SELECT 1 FROM publish_dirty WHERE table_name = 'clockify_time_entry' AND month = ifnull(strftime('%Y-%m', NEW.start, 'unixepoch'), 'undated')) BEGIN
  INSERT INTO publish_dirty VALUES ('clockify_time_entry', ifnull(strftime('%Y-%m', NEW.start, 'unixepoch'), 'undated'));
END;
CREATE TRIGGER clockify_time_entry_publish_delete AFTER DELETE ON clockify_time_entry_row
WHEN NOT EXISTS (SELECT 1 FROM publish_dirty WHERE table_name = 'clockify_time_entry' AND month = ifnull(strftime('%Y-%m', OLD.start, 'unixepoch'), 'undated')) BEGIN
  INSERT INTO publish_dirty VALUES ('clockify_time_entry', ifnull(strftime('%Y-%m', OLD.start, 'unixepoch'), 'undated'));
END;
CREATE TRIGGER placement_publish_update_from AFTER UPDATE ON placement_row
WHEN NOT EXISTS (SELECT 1 FROM publish_dirty WHERE table_name = 'ledger' AND month = ifnull(strftime('%Y-%m', OLD.day * 86400, 'unixepoch'), 'undated')) BEGIN
  INSERT INTO publish_dirty VALUES ('ledger', ifnull(strftime('%Y-%m', OLD.day * 86400, 'unixepoch'), 'undated'));
END;
CREATE TRIGGER placement_publish_update_to AFTER UPDATE ON placement_row
WHEN NOT EXISTS (SELECT 1 FROM publish_dirty WHERE table_name = 'ledger' AND month = ifnull(strftime('%Y-%m', NEW.day * 86400, 'unixepoch'), 'undated')) BEGIN
  INSERT INTO publish_dirty VALUES ('ledger', ifnull(strftime('%Y-%m', NEW.day * 86400, 'unixepoch'), 'undated'));
END;
CREATE TRIGGER placement_publish_delete AFTER DELETE ON placement_row
WHEN NOT EXISTS (SELECT 1 FROM publish_dirty WHERE table_name = 'ledger' AND month = ifnull(strftime('%Y-%m', OLD.day * 86400, 'unixepoch'), 'undated')) BEGIN
  INSERT INTO publish_dirty VALUES ('ledger', ifnull(strftime('%Y-%m', OLD.day * 86400, 'unixepoch'), 'undated'));
END;
-- The ledger shows what the entry says, too.
CREATE TRIGGER ledger_publish_entry_update AFTER UPDATE ON clockify_time_entry_row BEGIN
  INSERT INTO publish_dirty
  SELECT 'ledger', ifnull(strftime('%Y-%m', day * 86400, 'unixepoch'), 'undated') FROM placement_row
  WHERE entry_key = NEW.entry_key AND NOT EXISTS (
    SELECT 1 FROM publish_dirty
    WHERE table_name = 'ledger' AND month = ifnull(strftime('%Y-%m', day * 86400, 'unixepoch'), 'undated'));
END;
-- The ledger shows what the entry says, too.
CREATE TRIGGER ledger_publish_entry_delete AFTER DELETE ON clockify_time_entry_row BEGIN
  INSERT INTO publish_dirty
  SELECT 'ledger', ifnull(strftime('%Y-%m', day * 86400, 'unixepoch'), 'undated') FROM placement_row
  WHERE entry_key = OLD.entry_key AND NOT EXISTS (
    SELECT 1 FROM publish_dirty
    WHERE table_name = 'ledger' AND month = ifnull(strftime('%Y-%m', day * 86400, 'unixepoch'), 'undated'));
END;
