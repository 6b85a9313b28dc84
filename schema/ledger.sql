-- The crawl ledger: what we did and when. What the hub said is in the model store.
-- Times are seconds since 1970 UTC; NULL-free: a run that goes on has finished_at = the smallest integer.
PRAGMA user_version = 1;

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
