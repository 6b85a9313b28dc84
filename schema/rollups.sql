-- Roll-ups: the sums behind curves and leaderboards. All of it is derived from the store and may be made again
-- (`stemma rollup`). The code is index/rollup_store and index/rollup_codec. Times are seconds since 1970 UTC.
PRAGMA user_version = 4;

-- 'definitions': a hash of the families that it was made with. 'complete': '1' once the file has caught up with the store.
CREATE TABLE facts (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- One row a snapshot, without a hole from 1 on. flags: 1 stall, 2 rollback, 4 partial. large, stood, fell: models with 1,000
-- downloads in 30 days or more whose all-time counts are known here and in the snapshot before; those that stood, those that fell.
CREATE TABLE snapshots (
  number INTEGER PRIMARY KEY,
  observed_at INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  large INTEGER NOT NULL,
  stood INTEGER NOT NULL,
  fell INTEGER NOT NULL
);

-- What is summed up: a family ('' for the whole hub), told apart by what, under which policy.
CREATE TABLE groups (
  id INTEGER PRIMARY KEY,
  family TEXT NOT NULL,
  breakdown TEXT NOT NULL,
  policy TEXT NOT NULL,
  UNIQUE (family, breakdown, policy)
);

-- The names within a group. Ids count up from 0 as names come up; of one snapshot those with most models first, then in byte
-- order, so that the names that are asked about most stand together.
CREATE TABLE names (
  grp INTEGER NOT NULL,
  name TEXT NOT NULL,
  id INTEGER NOT NULL,
  PRIMARY KEY (grp, name)
) WITHOUT ROWID;
CREATE UNIQUE INDEX names_by_id ON names (grp, id);

-- Sums of 64 names each (id / 64), whole, as a change from nothing, since `snapshot`. All of a group lie together: they are read
-- one after the other to find the largest.
CREATE TABLE latest (
  grp INTEGER NOT NULL,
  block INTEGER NOT NULL,
  snapshot INTEGER NOT NULL,
  entries BLOB NOT NULL,
  PRIMARY KEY (grp, block)
) WITHOUT ROWID;

-- What they were before: each row turns the sums of the next newer one, the newest those of `latest`, into its own. A snapshot
-- without a row is as the newest one before it has it; before the first there is nothing.
CREATE TABLE sums (
  grp INTEGER NOT NULL,
  block INTEGER NOT NULL,
  snapshot INTEGER NOT NULL,
  entries BLOB NOT NULL,
  PRIMARY KEY (grp, block, snapshot)
) WITHOUT ROWID;

-- How many models of a name were first seen in the snapshot: (varint id minus that of the entry before, varint number) each,
-- ascending by id; names without such are left out.
CREATE TABLE fresh (
  grp INTEGER NOT NULL,
  snapshot INTEGER NOT NULL,
  entries BLOB NOT NULL,
  PRIMARY KEY (grp, snapshot)
) WITHOUT ROWID;

-- The largest names of a group at each snapshot, so that nobody has to look at all of them: (varint id) each, the largest first,
-- at most 128, by downloads 1,000; of groups with 1,024 names or more. rank_by: 0 models (under `fractional` their shares),
-- 1 downloads, 2 downloads of all time, 3 downloads of 7 days, 4 likes, 5 those first seen in the snapshot.
CREATE TABLE tops (
  grp INTEGER NOT NULL,
  rank_by INTEGER NOT NULL,
  snapshot INTEGER NOT NULL,
  entries BLOB NOT NULL,
  PRIMARY KEY (grp, rank_by, snapshot)
) WITHOUT ROWID;

-- Leaderboards of models: (varint ordinal, zigzag value) each, best first; family '' is the whole hub.
CREATE TABLE boards (
  family TEXT NOT NULL,
  board TEXT NOT NULL,
  snapshot INTEGER NOT NULL,
  entries BLOB NOT NULL,
  PRIMARY KEY (family, board, snapshot)
) WITHOUT ROWID;
