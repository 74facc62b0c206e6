-- Minutes of one person on one project in one role on one date.
--
-- `written` is the row's key and minutes as the import wrote them. A row that differs from it, or has none,
-- was typed or edited by hand: `is_manual` says so whoever edited, with whatever tool (rules 57, 58).
-- `imported_origin`: what an edited row was before the import called it manual, and is again when the edit is taken back.
CREATE TABLE actual (
  person_id INTEGER NOT NULL REFERENCES person (id),
  project_id INTEGER NOT NULL REFERENCES project (id),
  role_id INTEGER NOT NULL REFERENCES role (id),
  date TEXT NOT NULL CHECK (date = date(date, '+0 days')),
  billable_minutes INTEGER NOT NULL DEFAULT 0 CHECK (billable_minutes >= 0),
  nonbillable_minutes INTEGER NOT NULL DEFAULT 0 CHECK (nonbillable_minutes >= 0),
  origin TEXT NOT NULL DEFAULT 'manual' CHECK (origin = 'clockify' OR origin = 'manual' OR origin = 'autofill'),
  import_run_id INTEGER REFERENCES import_run (id),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  written TEXT,
  imported_origin TEXT,
  is_manual INTEGER GENERATED ALWAYS AS (
    (origin = 'manual' AND imported_origin IS NULL) OR written IS NOT
      person_id || '/' || project_id || '/' || role_id || '/' || date || '/' || billable_minutes || '/' || nonbillable_minutes
  ) VIRTUAL,
  PRIMARY KEY (person_id, project_id, role_id, date)
) STRICT, WITHOUT ROWID;
CREATE INDEX actual_by_person_date ON actual (person_id, date);
CREATE INDEX actual_autofill ON actual (person_id, date) WHERE origin = 'autofill';
CREATE INDEX actual_manual ON actual (person_id, project_id, date) WHERE is_manual = 1;

-- Cells whose imported rows somebody removed or moved by hand: the next run writes them anew (rule 58).
CREATE TABLE cell_change (
  person_id INTEGER NOT NULL,
  project_id INTEGER NOT NULL,
  date TEXT NOT NULL,
  PRIMARY KEY (person_id, project_id, date)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER actual_deleted AFTER DELETE ON actual BEGIN
  INSERT OR IGNORE INTO cell_change VALUES (OLD.person_id, OLD.project_id, OLD.date);
END;
CREATE TRIGGER actual_moved AFTER UPDATE OF person_id, project_id, role_id, date ON actual BEGIN
  INSERT OR IGNORE INTO cell_change VALUES (OLD.person_id, OLD.project_id, OLD.date);
END;

-- Both figures where hours typed by hand meet Clockify's (rules 57, 58), one row per cell, minutes.
CREATE TABLE actual_conflict (
  person_id INTEGER NOT NULL REFERENCES person (id),
  project_id INTEGER NOT NULL REFERENCES project (id),
  date TEXT NOT NULL CHECK (date = date(date, '+0 days')),
  manual_minutes INTEGER NOT NULL,
  imported_minutes INTEGER NOT NULL,
  source_minutes INTEGER NOT NULL,
  import_run_id INTEGER REFERENCES import_run (id),
  PRIMARY KEY (person_id, project_id, date)
) STRICT, WITHOUT ROWID;
