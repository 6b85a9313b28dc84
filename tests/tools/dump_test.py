#!/usr/bin/env python3
"""Dumps and changes: what `changes` tells, applied to the dump of a snapshot, is the dump of the next one, row for row.

The small histories are written here; the real ones need recorded hub data ($STEMMA_HUB_DATA, or beside the checkout) and are
skipped without it. Usage: dump_test.py BUILD_DIR
"""

import csv
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HUB = Path(os.environ.get("STEMMA_HUB_DATA", ROOT.parent / "shared" / "hub"))
BUILD = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "dev")
STEMMA = BUILD / "tools" / "stemma"
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "STEMMA_DATA"))}


def stemma(data, *arguments, status=0):
    done = subprocess.run([STEMMA, "--data", data, *map(str, arguments)], capture_output=True, text=True, env=ENVIRONMENT)
    if done.returncode != status:
        raise AssertionError(f"stemma {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def fold(name):
    return "".join(c.lower() if c.isascii() else c for c in name)


def model_key(row):
    return row["hub_id"] or ("ghost", fold(row["id"]))


def edge_key(row):
    return (row["parent_hub_id"] or ("ghost", fold(row["parent_id"])), row["child_hub_id"])


class Dump:
    """A dump in memory, to which changes can be applied."""

    def __init__(self, models, edges):
        self.models = {model_key(row): row for row in models}
        self.edges = {edge_key(row): row for row in edges}
        assert len(self.models) == len(models) and len(self.edges) == len(edges), "keys are not unique"

    @classmethod
    def read(cls, folder):
        return cls(*([json.loads(line) for line in (folder / f"{table}.ndjson").read_text("utf-8").split("\n")[:-1]] for table in ("models", "edges")))

    def rows(self):
        order = lambda rows, *keys: sorted(rows, key=lambda r: tuple(str(r[k]) for k in keys))
        return order(self.models.values(), "id", "hub_id"), order(self.edges.values(), "parent_id", "child_id", "parent_hub_id", "child_hub_id")

    def rename(self, row, name):
        for edge in self.edges.values():
            for end in ("parent", "child"):
                same = edge[f"{end}_hub_id"] == row["hub_id"] if row["hub_id"] else (
                    edge[f"{end}_hub_id"] is None and fold(edge[f"{end}_id"]) == fold(row["id"]))
                if same:
                    edge[f"{end}_id"] = name
        row["id"] = name

    def apply(self, line):
        kind = line["kind"]
        if kind == "snapshot":
            for row in self.models.values():
                if row["state"] == "live":
                    row["last_seen"] = line["last_seen"]
            for row in self.edges.values():
                if row["state"] == "live":
                    row["last_seen"] = line["last_seen"]
        elif kind in ("model_added", "edge_added"):
            row = {k: v for k, v in line.items() if k not in ("snapshot", "seq", "kind")}
            table, key = (self.models, model_key(row)) if kind == "model_added" else (self.edges, edge_key(row))
            assert key not in table, line
            table[key] = row
        elif kind == "edge_removed":
            del self.edges[edge_key(line)]
        elif kind.startswith("edge_"):
            self.edges[edge_key(line)].update(line["set"])
        elif kind == "model_gone" and line["hub_id"] is None:
            del self.models[("ghost", fold(line["id"]))]
        else:
            row = self.models[model_key({**line, "id": line.get("from", line["id"])} if kind == "model_renamed" else line)]
            if kind == "model_renamed":
                assert row["id"] == line["from"], line
                self.rename(row, line["id"])
            row.update(line["set"])


def changes(data, since, *more):
    lines = [json.loads(line) for line in stemma(data, "changes", "--since", since, *more).splitlines()]
    assert lines[-1]["end"] is True and lines[-1]["rows"] == len(lines) - 1, lines[-1]
    return lines[:-1]


def document(number, name, **fields):
    return {"_id": f"{number:024x}", "id": name, "createdAt": "2024-01-01T00:00:00.000Z", "downloads": 1, "likes": 0, "tags": [], **fields}


def tagged(number, name, *parents, **fields):
    return document(number, name, tags=[f"base_model:{p}" for p in parents] + fields.pop("tags", []), **fields)


class Dumps(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name)
        self.data = self.path / "data"

    def publish(self, day, documents):
        file = self.path / "state.ndjson"
        file.write_text("".join(json.dumps(d) + "\n" for d in documents))
        stemma(self.data, "import", file, "--complete", "--accept-shrink", "--observed-at", f"2024-02-{day:02}")

    def dump(self, number, *more):
        out = self.path / "-".join(["dump", str(number), *(m.strip("-").replace("/", "_") for m in more)])
        stemma(self.data, "export", "--format", "csv,ndjson", "--as-of", number, "--out", out, *more)
        return out

    def check_manifest(self, out):
        manifest = json.loads((out / "manifest.json").read_text())
        for file in manifest["files"]:
            text = (out / file["name"]).read_bytes()
            self.assertEqual(file["bytes"], len(text))
            self.assertEqual(file["sha256"], hashlib.sha256(text).hexdigest())
        read = {}
        for table in ("models", "edges"):
            with open(out / f"{table}.csv", newline="", encoding="utf-8") as file:
                read[table] = list(csv.DictReader(file))
            self.assertEqual(list(read[table][0]) if read[table] else [], manifest["columns"][table] if read[table] else [])
            states = {s: n for s, n in manifest["counts"][table].items() if n}
            found = {}
            for row in read[table]:
                found[row["state"]] = found.get(row["state"], 0) + 1
            self.assertEqual(states, found)
            for file in manifest["files"]:
                if file["name"].startswith(table):
                    self.assertEqual(file["rows"], len(read[table]))
        # Both formats say the same.
        lines = Dump.read(out)
        text = lambda v: "" if v is None else str(v).lower() if isinstance(v, bool) else " ".join(v) if isinstance(v, list) else v
        for table, rows in zip(("models", "edges"), ((out / f"{t}.ndjson").open(encoding="utf-8") for t in ("models", "edges"))):
            for line, row in zip(rows, read[table], strict=True):
                for key, value in json.loads(line).items():
                    if isinstance(value, (int, float)) and not isinstance(value, bool):
                        self.assertEqual(float(row[key]), value)
                    else:
                        self.assertEqual(row[key], text(value), key)
            rows.close()
        return manifest, lines

    def check_apply(self, newest):
        """An old dump brought forward is the new one, to the byte, in one step or in several."""
        if newest < 2:
            return
        step = self.path / "dump-1"
        large = (step / "models.csv").stat().st_size > 2_000_000
        for number in [] if large else range(2, newest + 1):
            out = self.path / f"changes-{number}"
            stemma(self.data, "export", "--since", number - 1, "--as-of", number, "--out", out)
            stemma(self.data, "apply", step, out, "--out", self.path / f"applied-{number}")
            step = self.path / f"applied-{number}"
            self.same_files(step, self.path / f"dump-{number}")
        at_once = self.path / "changes-at-once"
        stemma(self.data, "export", "--since", 1, "--zstd", "--out", at_once)
        stemma(self.data, "apply", self.path / "dump-1", at_once, "--out", self.path / "applied-at-once")
        self.same_files(self.path / "applied-at-once", self.path / f"dump-{newest}")

    def same_files(self, got, expected):
        self.assertEqual(sorted(p.name for p in got.iterdir()), sorted(p.name for p in expected.iterdir()))
        for file in expected.iterdir():
            if (got / file.name).read_bytes() != file.read_bytes():
                a, b = ((f / file.name).read_text("utf-8").splitlines() for f in (got, expected))
                self.fail(f"{got / file.name}: {next((x, y) for x, y in zip(a + [None], b + [None]) if x != y)}")

    def check_history(self, newest):
        dumps = [Dump([], [])]
        for number in range(1, newest + 1):
            manifest, dump = self.check_manifest(self.dump(number))
            stats = json.loads(stemma(self.data, "stats", "--as-of", number, "--json"))
            self.assertEqual(manifest["counts"]["models"], {"live": stats["models"], "gone": stats["gone"], "ghost": stats["ghosts"]})
            self.assertEqual(manifest["counts"]["edges"]["live"], stats["edges"])
            dumps.append(dump)
        self.check_apply(newest)
        for number in range(1, newest + 1):
            before = Dump([dict(r) for r in dumps[number - 1].models.values()], [dict(r) for r in dumps[number - 1].edges.values()])
            lines = changes(self.data, number - 1, "--as-of", number)
            for line in lines:
                before.apply(line)
            self.assertEqual([line["seq"] for line in lines], list(range(len(lines))))
            for got, expected in zip(before.rows(), dumps[number].rows()):
                self.assertEqual(len(got), len(expected), number)
                for a, b in zip(got, expected):
                    self.assertEqual(a, b, number)
        return dumps

    def test_models_come_go_return_are_renamed_and_change_parents(self):
        base, other = document(1, "acme/base"), document(2, "acme/other")
        self.publish(1, [base, other, tagged(3, "bob/a", "acme/base"), tagged(4, "bob/b", "acme/missing"), tagged(5, "bob/c", "gone/Ghost"),
                         tagged(6, 'bob/d', "acme/base", cardData={"license": 'odd, "quoted"'})])
        # A ghost is observed, a claim retyped, a model reparented, another renamed; c is not there (once).
        self.publish(2, [base, other, tagged(3, "bob/a", "acme/base", tags=["base_model:adapter:acme/base"]), tagged(4, "bob/b", "acme/missing"),
                         document(7, "acme/missing"), tagged(6, "bob/d-renamed", "acme/other", cardData={"license": "mit"})])
        # c is gone; its ghost stays. Somebody spells that ghost in another case more often.
        self.publish(3, [base, other, tagged(3, "bob/A", "acme/base"), tagged(4, "bob/b", "acme/missing"), document(7, "acme/missing"),
                         tagged(6, "bob/d-renamed", "acme/other", "acme/base"), tagged(8, "x/1", "Gone/ghost"), tagged(9, "x/2", "Gone/ghost")])
        # c returns under another parent, the ghost is spelt otherwise, a name is taken over by another model.
        self.publish(4, [base, tagged(5, "bob/c", "acme/base"), tagged(3, "bob/A", "acme/base"), tagged(10, "bob/b", "acme/base"),
                         document(7, "acme/missing"), tagged(6, "bob/d-renamed", "acme/other"), tagged(8, "x/1", "Gone/ghost"), tagged(9, "x/2", "x/1")])
        self.publish(5, [base, tagged(5, "bob/c", "acme/base"), tagged(10, "bob/b", "acme/base"), document(7, "acme/missing"),
                         tagged(6, "bob/d-renamed", "acme/other"), tagged(8, "x/1"), tagged(9, "x/2", "x/1")])
        dumps = self.check_history(5)
        kinds = {line["kind"] for line in changes(self.data, 0)}
        self.assertEqual(kinds, {"snapshot", "model_added", "model_gone", "model_back", "model_renamed", "model_changed", "edge_added",
                                 "edge_removed", "edge_retyped", "edge_changed", "license_changed", "alias_added"})
        # All at once, and resumed in the middle, is the same.
        whole = changes(self.data, 0)
        self.assertEqual(changes(self.data, 1, "--seq", 3), [line for line in whole if line["snapshot"] > 1 and (line["snapshot"], line["seq"]) > (2, 3)])
        state = Dump([], [])
        for line in whole:
            state.apply(line)
        self.assertEqual(state.rows(), dumps[5].rows())
        self.assertEqual(changes(self.data, 5), [])
        self.assertEqual(stemma(self.data, "changes", "--since", 6, status=1), "")
        self.assertEqual(stemma(self.data, "changes", status=2), "")

    def test_a_part_holds_what_descends_and_the_same_bytes_again(self):
        self.publish(1, [document(1, "Qwen/Qwen2-7B"), tagged(2, "a/x", "Qwen/Qwen2-7B"), tagged(3, "a/merge", "a/x", "b/other"), document(4, "b/other"),
                         tagged(5, "a/y", "a/y")])
        manifest, dump = self.check_manifest(self.dump(1, "--family", "qwen"))
        self.assertEqual([r["id"] for r in dump.rows()[0]], ["Qwen/Qwen2-7B", "a/merge", "a/x"])
        self.assertEqual([(r["parent_id"], r["child_id"]) for r in dump.rows()[1]], [("Qwen/Qwen2-7B", "a/x"), ("a/x", "a/merge")])
        self.assertEqual(manifest["of"], {"family": "qwen"})
        self.assertIn({"kind": "edges_from_outside", "count": 1}, [{k: g[k] for k in ("kind", "count")} for g in manifest["known_gaps"]])
        _, dump = self.check_manifest(self.dump(1, "--root", "b/other"))
        self.assertEqual([r["id"] for r in dump.rows()[0]], ["a/merge", "b/other"])
        first, second = self.path / "one", self.path / "two"
        for out in (first, second, second):
            stemma(self.data, "export", "--format", "ndjson,csv", "--zstd", "--out", out)
        self.assertEqual(sorted(p.name for p in first.iterdir()), ["CITATION.cff", "SCHEMA.md", "edges.csv.zst", "edges.ndjson.zst", "manifest.json", "models.csv.zst", "models.ndjson.zst"])
        for file in first.iterdir():
            self.assertEqual(file.read_bytes(), (second / file.name).read_bytes(), file.name)
            if file.suffix == ".zst":
                plain = subprocess.run(["zstd", "-dc", file], capture_output=True, check=True).stdout
                self.assertIn(b"Qwen/Qwen2-7B", plain)

    def test_changes_that_do_not_belong_to_a_dump(self):
        for day in (1, 2, 3):
            self.publish(day, [document(1, "a/b"), *(tagged(n, f"x/{n}", "a/b") for n in range(2, 5 + day))])
        one, two = self.dump(1), self.dump(2)
        changes, out = self.path / "changes", self.path / "out"
        stemma(self.data, "export", "--since", 1, "--as-of", 2, "--out", changes)
        for dump, since in ((two, changes), (changes, changes), (one, two), (one, self.path / "missing"), (self.dump(1, "--root", "a/b"), changes)):
            stemma(self.data, "apply", dump, since, "--out", out, status=2)
        stemma(self.data, "apply", one, changes, "--out", one, status=2)
        for wrong in (["--since", 1, "--format", "csv"], ["--since", 1, "--root", "a/b"]):
            stemma(self.data, "export", *wrong, "--out", out, status=2)
        stemma(self.data, "export", "--since", 3, "--out", out, status=1)
        lines = (changes / "changes.ndjson").read_bytes()
        (changes / "changes.ndjson").write_bytes(lines[:-20])
        stemma(self.data, "apply", one, changes, "--out", out, status=1)
        (changes / "changes.ndjson").write_bytes(lines)
        (one / "models.csv").write_bytes((one / "models.csv").read_bytes().replace(b"a/b", b"a/c"))
        stemma(self.data, "apply", one, changes, "--out", out, status=1)
        self.assertFalse((out / "manifest.json").exists())

    def test_calls_that_are_wrong_and_places_that_cannot_be_written(self):
        self.publish(1, [document(1, "a/b")])
        out = self.path / "out"
        for wrong in (["--format", "csv"], ["--out", out], ["--format", "xls", "--out", out], ["--format", "csv", "--out", out, "--family", "qwen", "--root", "a/b"]):
            stemma(self.data, "export", *wrong, status=2)
        self.assertFalse(out.exists())
        stemma(self.data, "export", "--format", "csv", "--out", out, "--family", "nonsense", status=1)
        out.mkdir()
        (out / "models.csv").mkdir()
        (out / "manifest.json").write_text("{}")
        stemma(self.data, "export", "--format", "csv", "--out", out, status=1)
        # What failed leaves no manifest, old or new, and no scraps.
        self.assertEqual([p.name for p in out.iterdir()], ["models.csv"])

    @unittest.skipUnless((HUB / "data" / "msc-2025").is_dir(), f"no recorded hub data in {HUB}")
    def test_real_weeks_two_apart(self):
        weeks = sorted((HUB / "data" / "msc-2025").glob("*.ndjson.zst"))[::2]
        for week in weeks:
            stemma(self.data, "import", week, "--complete", "--accept-shrink", "--observed-at", week.name.split(".")[0])
        self.check_history(len(weeks))

    @unittest.skipUnless((HUB / "data" / "radar-2026").is_dir(), f"no recorded hub data in {HUB}")
    def test_real_hours_with_renames(self):
        hours = sorted((HUB / "data" / "radar-2026").glob("2*.ndjson.zst"))
        for hour in hours:
            day, time = hour.name.split(".")[0].split("T")
            stemma(self.data, "import", hour, "--observed-at", f"{day}T{time[:2]}:{time[2:4]}:{time[4:6]}Z")
        self.check_history(len(hours))


if __name__ == "__main__":
    sys.argv[1:] = []
    unittest.main(verbosity=2)
