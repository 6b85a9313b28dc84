#!/usr/bin/env python3
"""Descendants of Qwen3 and the growth of its family, for a notebook: from a Parquet dump into pandas, and the same from the API.

Wants pandas, pyarrow and matplotlib. Usage: tools/notebook.py DUMP [--api http://127.0.0.1:8080] [--family qwen3] [--out growth.svg]
Example: stemma export --format parquet --out dump && tools/notebook.py dump --api http://127.0.0.1:8080
"""

import argparse
import json
import re
import urllib.request
from pathlib import Path

import pandas as pd


def table(dump, name):
    """One table of a dump."""
    return pd.read_parquet(next(Path(dump).glob(f"{name}/snapshot=*/{name}.parquet")))


def roots_of(models, family):
    """Models, live or not, and ghosts that match a definition of the manifest."""
    owner, rest = models["id"].str.rpartition("/")[0], models["id"].str.rpartition("/")[2]
    match = owner.str.lower().isin([o.lower() for o in family["owners"]])
    if family["pattern"]:
        match &= rest.str.contains(re.compile(family["pattern"], re.IGNORECASE), regex=True)
    return models[match]


def descendants_from_dump(dump, name):
    """All live derivatives of a family, as a frame."""
    models, edges = table(dump, "models"), table(dump, "edges")
    manifest = json.loads((Path(dump) / "manifest.json").read_text("utf-8"))
    family = next(f for f in manifest["families"] if f["name"] == name)
    key = lambda hub_id, other: hub_id.fillna("/" + other.str.lower())
    models = models.assign(key=key(models["hub_id"], models["id"])).set_index("key")
    children = pd.DataFrame({"parent": key(edges["parent_hub_id"], edges["parent_id"]), "child": key(edges["child_hub_id"], edges["child_id"])})
    roots = roots_of(models, family).index
    found, frontier = set(roots), set(roots)
    while frontier:
        frontier = set(children[children["parent"].isin(frontier)]["child"]) - found
        found |= frontier
    below = models.loc[sorted(found - set(roots))]
    return below[below["state"] == "live"].sort_values("id")


def descendants_from_api(address, name):
    """The same, asked for as NDJSON: one request, whatever the size."""
    request = urllib.request.Request(f"{address}/v1/families/{name}/models", headers={"Accept": "application/x-ndjson"})
    with urllib.request.urlopen(request) as answer:
        rows = [json.loads(line) for line in answer]
    assert rows.pop()["end"], "cut short"
    frame = pd.DataFrame(rows)
    return frame[frame["role"] != "official"].sort_values("id")


def draw_growth(frame, title, out):
    """Derivatives by their own date of creation, added up."""
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    months = pd.to_datetime(frame["created_at"], utc=True).dt.tz_localize(None).dt.to_period("M").value_counts().sort_index().cumsum()
    axes = months.plot(figsize=(8, 3.5), color="#2a6f97", legend=False)
    axes.set_title(f"Derivatives of {title} that are there today, by date of creation", loc="left", fontsize=10)
    axes.set_xlabel("")
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    pyplot.tight_layout()
    pyplot.savefig(out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dump")
    parser.add_argument("--api")
    parser.add_argument("--family", default="qwen3")
    parser.add_argument("--out", default="growth.svg")
    args = parser.parse_args()
    frame = descendants_from_dump(args.dump, args.family)
    print(f"{len(frame):,} derivatives of {args.family} in the dump")
    print(frame.nlargest(5, "downloads")[["id", "downloads", "license"]].to_string(index=False))
    if args.api:
        print(f"{len(descendants_from_api(args.api, args.family)):,} by the API")
    draw_growth(frame, args.family, args.out)
    print(f"drawn in {args.out}")
