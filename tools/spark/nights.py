#!/usr/bin/env python3
"""Nights of Parquet dumps as one table in DuckDB: what `nightly --dumps parquet --out DIR` leaves behind, queried together.

Wants duckdb (pip install duckdb). Usage: tools/spark/nights.py DIR [SQL]
Tables: models, edges, observations, claims, aliases, gone, rollups, each with the column `snapshot`, the date.
Example: tools/spark/nights.py dumps "SELECT snapshot, models FROM rollups WHERE family = 'qwen' AND name = 'derivatives' AND policy = 'any' ORDER BY 1"
"""

import sys
from pathlib import Path

import duckdb

TABLES = ("models", "edges", "observations", "claims", "aliases", "gone", "rollups")
QUESTION = """SELECT snapshot, count(*) AS models, sum(downloads) AS downloads, count(*) FILTER (WHERE downloads IS NULL) AS unknown
FROM observations GROUP BY 1 ORDER BY 1"""


def open_nights(folder):
    """A connection in which each table is that of all nights below `folder`."""
    db = duckdb.connect()
    for table in TABLES:
        # The link `latest` leads to a night that is there under its own name as well.
        files = sorted(str(f) for f in Path(folder).rglob(f"{table}.parquet") if "latest" not in f.parts)
        if files:
            listed = ", ".join("'" + f.replace("'", "''") + "'" for f in files)
            db.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet([{listed}], hive_partitioning = true, union_by_name = true)")
    return db


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    print(open_nights(sys.argv[1]).sql(sys.argv[2] if len(sys.argv) == 3 else QUESTION))
