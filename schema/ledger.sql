-- The crawl ledger: what we did and when. What the hub said is in the model store.
-- Times are seconds since 1970 UTC; NULL-free: a run that goes on has finished_at = the smallest integer.
PRAGMA user_version = 2;

CREATE TABLE IF NOT EXISTS runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  scope TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  ended TEXT NOT NULL,
  snapshot INTEGER NOT NULL,
  pages INTEGER NOT NULL,
  documents INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  retries INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  fields TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS chains (
  run INTEGER NOT NULL,
  number INTEGER NOT NULL,
  page_url TEXT NOT NULL DEFAULT '',  -- since version 2
  next_url TEXT NOT NULL,
  pages INTEGER NOT NULL,
  last_id TEXT NOT NULL,
  finished INTEGER NOT NULL,
  PRIMARY KEY (run, number)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS rejected (
  run INTEGER NOT NULL,
  number INTEGER NOT NULL,
  place TEXT NOT NULL,
  field TEXT NOT NULL,
  reason TEXT NOT NULL,
  excerpt TEXT NOT NULL,
  PRIMARY KEY (run, number)
) WITHOUT ROWID;

-- Since version 2. How many documents of a run had a field that could not be read ('document' where
-- nothing could).
CREATE TABLE IF NOT EXISTS unread (
  run INTEGER NOT NULL,
  field TEXT NOT NULL,
  documents INTEGER NOT NULL,
  PRIMARY KEY (run, field)
) WITHOUT ROWID;

-- Since version 2. A crawl's requests for single models: asked = ghost names, confirmed = models
-- missing from the walk whose absence the hub confirmed, alive = missing ones that it still has.
CREATE TABLE IF NOT EXISTS lookups (
  run INTEGER PRIMARY KEY,
  asked INTEGER NOT NULL,
  confirmed INTEGER NOT NULL,
  alive INTEGER NOT NULL
);

-- Since version 2. Nights and their steps; state is 'running', 'done', 'failed' or, of a step, 'skipped'.
CREATE TABLE IF NOT EXISTS nights (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  started_at INTEGER NOT NULL,
  finished_at INTEGER NOT NULL,
  state TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS steps (
  night INTEGER NOT NULL,
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (night, number)
) WITHOUT ROWID;
