#!/usr/bin/env python3
"""Family sizes and fractional attribution of a dump, by Apache Spark: for when the graph is to be joined with data that does not fit on one
machine. On one machine Stemma itself answers the same in milliseconds.

Reads the formats `parquet-graph` and `parquet`, and the families of the manifest. Plain DataFrames: a family is what breadth-first message
passing reaches from its roots; a share is passed from parents to children until nothing changes.

Wants pyspark (pip install pyspark) and Java 17. Usage: tools/spark/family_sizes.py DUMP [--json]
Example: stemma export --format parquet,parquet-graph --out dump && tools/spark/family_sizes.py dump
"""

import json
import re
import sys
import tempfile
from pathlib import Path

from pyspark.sql import SparkSession, functions as F


def is_root(name, family):
    owner, _, rest = name.rpartition("/")
    return owner.lower() in [o.lower() for o in family["owners"]] and (not family["pattern"] or re.search(family["pattern"], rest, re.IGNORECASE) is not None)


class Cut:
    """Writes a frame and reads it again: a plan that grows with every step, and its estimates with it, would soon cost more than the step."""

    def __init__(self, spark, folder):
        self.spark, self.folder, self.count = spark, folder, 0

    def __call__(self, frame):
        self.count += 1
        path = f"{self.folder}/{self.count}"
        frame.write.parquet(path)
        return self.spark.read.schema(frame.schema).parquet(path)


def reachable(cut, edges, roots):
    """(id, family) of all that is below the roots of each family, the roots left out: all families in one walk."""
    found = frontier = cut(roots.select("id", "family"))
    while not frontier.isEmpty():
        frontier = cut(edges.join(frontier, edges.src == frontier.id).select(F.col("dst").alias("id"), "family").distinct()
                       .join(found, ["id", "family"], "left_anti"))
        found = cut(found.union(frontier))
    return found.join(roots, ["id", "family"], "left_anti")


def cycles(pairs):
    """{node: representative} of the strongly connected sets of two nodes or more (Tarjan's, without recursion)."""
    after = {}
    for source, target in pairs:
        after.setdefault(source, []).append(target)
    order, low, stack, on_stack, found = {}, {}, [], set(), {}
    for start in after:
        work = [(start, iter(after[start]))] if start not in order else []
        if work:
            order[start] = low[start] = len(order)
            stack.append(start)
            on_stack.add(start)
        while work:
            node, rest = work[-1]
            for other in rest:
                if other not in order:
                    order[other] = low[other] = len(order)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter(after.get(other, ()))))
                    break
                if other in on_stack:
                    low[node] = min(low[node], order[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    members = []
                    while not members or members[-1] != node:
                        members.append(stack.pop())
                        on_stack.discard(members[-1])
                    if len(members) > 1:
                        found.update((m, min(members)) for m in members)
    return found


def shares(spark, cut, vertices, edges, tops):
    """{family: share}: each live model is one unit, split over its direct parents and recursively upwards, until the first root of a family.

    The members of a cycle have one share, over the distinct parents outside it: where nothing is left but what hangs on cycles, these are
    looked for on the driver, as there are few, and each is taken for one node.
    """
    known = tops.select("id", "family", F.lit(1.0).alias("share"))
    above = edges.select(F.col("dst").alias("id")).distinct()
    top = vertices.join(above, "id", "left_anti").join(tops, "id", "left_anti")
    known = cut(known.union(top.select("id", F.lit("other").alias("family"), F.lit(1.0).alias("share"))))
    waiting = cut(vertices.select("id").join(known.select("id").distinct(), "id", "left_anti"))
    members = None
    while not waiting.isEmpty():
        parents = edges.groupBy("dst").agg(F.count("*").alias("n"))
        done = known.select(F.col("id").alias("src")).distinct()
        ready = edges.join(waiting, edges.dst == waiting.id).join(done, "src").groupBy("dst").agg(F.count("*").alias("have")).join(parents, "dst") \
            .where("have = n").select("dst", "n")
        passed = cut(edges.join(ready, "dst").join(known.withColumnRenamed("id", "src"), "src").groupBy(F.col("dst").alias("id"), "family")
                     .agg(F.sum(F.col("share") / F.col("n")).alias("share")))
        if not passed.isEmpty():
            known = cut(known.union(passed))
            waiting = cut(waiting.join(passed.select("id").distinct(), "id", "left_anti"))
            continue
        if members is not None:
            break
        inside = edges.join(waiting, edges.dst == waiting.id).select("src", "dst").join(waiting, F.col("src") == F.col("id")).select("src", "dst")
        members = cut(spark.createDataFrame(list(cycles([tuple(e) for e in inside.collect()]).items()) or [(-1, -1)], "id long, head long"))
        ends = members.select(F.col("id").alias("src"), F.col("head").alias("src_head"))
        edges = edges.join(ends, "src", "left").join(members.select(F.col("id").alias("dst"), F.col("head").alias("dst_head")), "dst", "left")
        edges = cut(edges.select(F.coalesce("src_head", "src").alias("src"), F.coalesce("dst_head", "dst").alias("dst")).where("src <> dst").distinct())
        # A cycle that nothing outside leads into ends in no family.
        heads = members.select(F.col("head").alias("id")).distinct().where("id >= 0")
        closed = heads.join(edges.select(F.col("dst").alias("id")).distinct(), "id", "left_anti")
        known = cut(known.union(closed.select("id", F.lit("other").alias("family"), F.lit(1.0).alias("share"))))
        waiting = cut(waiting.join(members.where("id <> head").select("id"), "id", "left_anti").join(closed, "id", "left_anti"))
    if members is not None:
        others = members.where("id <> head")
        known = cut(known.union(others.join(known.withColumnRenamed("id", "head"), "head").select("id", "family", "share")))
    live = vertices.where("state = 'live'").select("id")
    return {row[0]: row[1] for row in known.join(live, "id").groupBy("family").agg(F.sum("share")).collect()}


def main(folder, as_json):
    folder = Path(folder)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    spark = SparkSession.builder.master("local[2]").appName("stemma").config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "2").config("spark.sql.adaptive.enabled", "false") \
        .config("spark.driver.memory", "3g").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    scratch = tempfile.TemporaryDirectory(prefix="stemma-spark-")
    cut = Cut(spark, scratch.name)
    vertices = spark.read.parquet(str(folder / "graph" / "vertices")).cache()
    edges = spark.read.parquet(str(folder / "graph" / "edges")).select("src", "dst").distinct().cache()
    live = vertices.where("state = 'live'").select("id")
    families = [f for f in manifest["families"] if not f["series_of"]]
    names = vertices.select("id", "name").toLocalIterator()
    roots = [(row["id"], f["name"]) for row in names for f in families if is_root(row["name"], f)]
    table = cut(spark.createDataFrame(roots, "id long, family string"))
    official = dict(table.join(live, "id").groupBy("family").count().collect())
    derived = dict(reachable(cut, edges, table).join(live, "id").groupBy("family").count().collect())
    result = {"families": {f["name"]: {"official": official.get(f["name"], 0), "derivatives": derived.get(f["name"], 0)} for f in families
                           if f["name"] in official or f["name"] in derived}}
    result["shares"] = shares(spark, cut, vertices, edges, table)
    spark.stop()
    scratch.cleanup()
    if as_json:
        print(json.dumps(result))
        return
    print(f"{'family':<12}{'official':>10}{'derivatives':>13}{'share':>16}")
    for name, sizes in sorted(result["families"].items(), key=lambda f: -f[1]["derivatives"]):
        print(f"{name:<12}{sizes['official']:>10,}{sizes['derivatives']:>13,}{result['shares'].get(name, 0):>16,.6f}")


if __name__ == "__main__":
    given = [a for a in sys.argv[1:] if a != "--json"]
    if len(given) != 1:
        sys.exit(__doc__)
    main(given[0], "--json" in sys.argv)
