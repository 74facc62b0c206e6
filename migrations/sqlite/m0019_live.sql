-- Webhooks of ours in Clockify (live.md 2). Written by `rota webhooks`, and `last_delivery_at` with what a delivery changed.
CREATE TABLE live_hook (
  -- Part of the hook's address: 16 random bytes, base64url. It names this row; nothing of a delivery's body does.
  path_key TEXT PRIMARY KEY NOT NULL,
  workspace_id TEXT NOT NULL,
  -- NULL: it was sent, and no answer came.
  hook_id TEXT,
  event TEXT NOT NULL,
  -- SHA-256 of the token that comes with each delivery, in hexadecimal digits; NULL: not known yet, and nothing is taken.
  token_hash TEXT,
  installed_at TEXT NOT NULL,
  last_delivery_at TEXT,
  removed_at TEXT
) STRICT, WITHOUT ROWID;
