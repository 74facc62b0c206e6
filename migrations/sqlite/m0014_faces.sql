-- Who asked for a run, and through which face: 'web:ana'. NULL in runs of earlier versions.
ALTER TABLE import_run ADD COLUMN started_by TEXT;
