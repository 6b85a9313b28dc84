#!/usr/bin/env python3
"""Every format of dumps, read back by a reader that shares no code with Stemma: the same counts, degrees and relations in each.

Wants what tests/requirements.txt names, in build/python; without it the readers that are missing are skipped. Usage: formats_test.py BUILD_DIR
"""

import collections
import contextlib
import csv
import hashlib
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "dev")
PYTHON = ROOT / "build" / "python" / "bin" / "python"
STEMMA, GENHUB = BUILD / "tools" / "stemma", BUILD / "tools" / "stemma-genhub"
HUB = Path(os.environ.get("STEMMA_HUB_DATA", ROOT.parent / "shared" / "hub"))
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "STEMMA_DATA"))}
GRAPH = ["csv", "ndjson", "parquet", "parquet-graph", "sqlite", "graphml", "gexf", "csr", "gephi", "neo4j"]
HAS_PARQUET = "no Parquet" not in subprocess.run([STEMMA, "--version"], capture_output=True, text=True, check=True).stdout

# Names and words that break careless writers: quotes, markup, separators, line ends, other scripts.
HOSTILE = [
    {"_id": f"{0xabc00 + i:024x}", "id": name, "downloads": i, "likes": 0, "tags": ["base_model:finetune:hostile/base", "base_model:hostile/base"],
     "pipeline_tag": word, "library_name": word, "createdAt": "2024-05-06T07:08:09.000Z"}
    for i, (name, word) in enumerate([
        ("hostile/a-b.c_d", 'say "hi", <b>&amp;</b>'), ("hostile/semi", "a;b\tc|d"), ("hostile/line", "one\ntwo\r\nthree"), ("hostile/uni", "模型 ☃ 🤗 \u202e"),
        ("hostile/formula", "=1+1"), ("hostile/brace", "{\\\"]}'"), ("hostile/ctl", "bell\u0007 and \ufffe"), ("legacy-name", ",")])
] + [{"_id": f"{0xabcff:024x}", "id": "hostile/base", "downloads": 5, "likes": 1, "tags": ["license:apache-2.0"], "pipeline_tag": "text-generation",
      "sha": "0123456789abcdef0123456789abcdef01234567"}]


def module(name):
    """A module of build/python, or the test is skipped."""
    with contextlib.suppress(ImportError):
        return __import__(name)
    raise unittest.SkipTest(f"no {name}: tools/install-dependencies --tests installs it")


def stemma(data, *arguments, status=0, **options):
    done = subprocess.run([STEMMA, "--data", data, *map(str, arguments)], capture_output=True, text=True, env=ENVIRONMENT, **options)
    if done.returncode != status:
        raise AssertionError(f"stemma {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stderr}")
    return done.stdout if status == 0 else done.stderr


def files_of(folder):
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}


def shape(edges):
    """What every reader must agree on, of (source, target, relation)."""
    edges = list(edges)
    out, into = collections.Counter(e[0] for e in edges), collections.Counter(e[1] for e in edges)
    return (len(edges), sorted(collections.Counter(out.values()).items()), sorted(collections.Counter(into.values()).items()),
            sorted(collections.Counter(e[2] for e in edges).items()))


class Formats(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="stemma-test-")
        cls.path = Path(cls.scratch.name)
        cls.data, cls.out = cls.path / "data", cls.path / "dump"
        nights = cls.path / "nights"
        subprocess.run([GENHUB, "--models", "3000", "--nights", "4", "--rename", "3", "--out", nights], check=True, stderr=subprocess.DEVNULL)
        for file in sorted(nights.glob("*.ndjson")):
            with file.open("a", encoding="utf-8") as out:
                out.writelines(json.dumps(d, ensure_ascii=False) + "\n" for d in HOSTILE)
            stemma(cls.data, "import", file, "--complete", "--observed-at", file.stem)
        cls.formats = [f for f in GRAPH if HAS_PARQUET or not f.startswith("parquet")]
        stemma(cls.data, "export", "--format", ",".join([*cls.formats, "croissant"]), "--out", cls.out)
        cls.manifest = json.loads((cls.out / "manifest.json").read_text("utf-8"))
        with (cls.out / "models.csv").open(newline="", encoding="utf-8") as rows:
            cls.models = list(csv.DictReader(rows))
        with (cls.out / "edges.csv").open(newline="", encoding="utf-8") as rows:
            cls.edges = list(csv.DictReader(rows))
        cls.shape = shape((e["parent_hub_id"] or e["parent_id"], e["child_hub_id"], e["relation"]) for e in cls.edges)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def partition(self, table):
        found, = (self.out / table).glob(f"snapshot=*/{table}.parquet")
        return found

    def test_the_manifest_tells_of_every_file(self):
        told = {f["name"]: f for f in self.manifest["files"]}
        there = files_of(self.out)
        self.assertEqual(set(there) - set(told), {"manifest.json", "SCHEMA.md", "CITATION.cff"})
        for name, file in told.items():
            self.assertEqual(there[name], file["sha256"], name)
            self.assertEqual((self.out / name).stat().st_size, file["bytes"], name)
        self.assertEqual(sum(self.manifest["counts"]["models"].values()), len(self.models))
        self.assertEqual(sum(self.manifest["counts"]["edges"].values()), len(self.edges))
        self.assertGreater(self.manifest["counts"]["models"]["gone"], 0)
        self.assertGreater(self.manifest["counts"]["models"]["ghost"], 0)
        self.assertIn("@misc{", self.manifest["citation"]["bibtex"])
        schema = (self.out / "SCHEMA.md").read_text("utf-8")
        for table, columns in self.manifest["columns"].items():
            self.assertIn(f"### {table}", schema)
            for column in columns:
                self.assertIn(f"| `{column}`", schema)

    @unittest.skipUnless(HAS_PARQUET, "built without Arrow")
    def test_roll_ups_of_other_families_are_left_out_and_told(self):
        families, out = self.path / "families.toml", self.path / "other-families"
        families.write_text('[[family]]\nname = "hostile"\nowners = ["hostile"]\n')
        stemma(self.data, "--families", families, "export", "--format", "parquet", "--out", out)
        self.assertFalse((out / "rollups").exists())
        manifest = json.loads((out / "manifest.json").read_text("utf-8"))
        self.assertTrue(any(g["kind"] == "table_missing" and "rollups" in g["note"] for g in manifest["known_gaps"]))

    def test_hostile_names_and_words_survive(self):
        words = {d["id"]: d["pipeline_tag"] for d in HOSTILE}
        self.assertEqual({m["id"]: m["pipeline_tag"] for m in self.models if m["id"] in words}, words)

    @unittest.skipUnless(HAS_PARQUET, "built without Arrow")
    def test_parquet_by_pyarrow(self):
        module("pyarrow")
        import pyarrow.dataset
        import pyarrow.parquet
        models = pyarrow.parquet.read_table(self.partition("models"))
        self.assertEqual(models.num_rows, len(self.models))
        self.assertEqual(models.column_names[:3], ["id", "hub_id", "state"])
        metadata = pyarrow.parquet.read_schema(self.partition("models")).metadata
        self.assertEqual(metadata[b"stemma.snapshot"], str(self.manifest["snapshot"]).encode())
        self.assertEqual(str(models.schema.field("created_at").type), "timestamp[ms, tz=UTC]")
        for row, line in zip(models.to_pylist(), self.models, strict=True):
            for key in ("id", "hub_id", "state", "pipeline_tag"):
                self.assertEqual(row[key] or "", line[key], key)
            self.assertEqual("" if row["downloads"] is None else str(row["downloads"]), line["downloads"])
            self.assertEqual(" ".join(row["aliases"]), line["aliases"])
            self.assertEqual("" if row["created_at"] is None else row["created_at"].strftime("%Y-%m-%dT%H:%M:%SZ"), line["created_at"])
        edges = pyarrow.parquet.read_table(self.partition("edges")).to_pylist()
        self.assertEqual(shape((e["parent_hub_id"] or e["parent_id"], e["child_hub_id"], e["relation"]) for e in edges), self.shape)
        self.assertEqual([str(e["confidence"]) for e in edges], [str(float(e["confidence"])) for e in self.edges])
        claims = pyarrow.parquet.read_table(self.partition("claims")).to_pylist()
        self.assertEqual(collections.Counter((c["parent_id"], c["child_id"]) for c in claims if c["status"] == "kept"),
                         collections.Counter({(e["parent_id"], e["child_id"]): int(e["claims"]) for e in self.edges}))
        gone = pyarrow.parquet.read_table(self.partition("gone")).to_pylist()
        self.assertEqual([g["hub_id"] for g in gone], [m["hub_id"] for m in self.models if m["state"] == "gone"])
        aliases = pyarrow.parquet.read_table(self.partition("aliases")).to_pylist()
        self.assertEqual(sorted(a["alias"] for a in aliases), sorted(a for m in self.models for a in m["aliases"].split()))
        observed = {o["hub_id"]: o for o in pyarrow.parquet.read_table(self.partition("observations")).to_pylist()}
        live = {m["hub_id"]: m for m in self.models if m["state"] == "live"}
        self.assertTrue(set(observed) <= set(live))
        for hub_id, row in observed.items():
            self.assertEqual(str(row["downloads"]), live[hub_id]["downloads"])
        # A model that was missed once is live, and was not observed.
        self.assertEqual({m["hub_id"] for m in live.values() if m["last_seen"] == self.manifest["observed_at"]}, set(observed))
        sums = {(r["family"], r["breakdown"], r["policy"], r["name"]): r for r in pyarrow.parquet.read_table(self.partition("rollups")).to_pylist()}
        qwen = json.loads(stemma(self.data, "family", "qwen", "--json"))
        self.assertEqual(sums["qwen", "role", "any", "derivatives"]["models"], qwen["derivatives"])
        self.assertEqual(sums["qwen", "role", "any", "official"]["downloads"], qwen["downloads"]["official"])
        # Partitions of several nights are one table.
        for number in (2, 3):
            stemma(self.data, "export", "--format", "parquet", "--as-of", number, "--out", self.path / "nights-of-dumps")
        union = pyarrow.dataset.dataset(self.path / "nights-of-dumps" / "models", partitioning="hive").to_table()
        self.assertEqual(len(set(union["snapshot"].to_pylist())), 2)

    @unittest.skipUnless(HAS_PARQUET, "built without Arrow")
    def test_parquet_by_duckdb_and_pandas(self):
        duckdb, pandas = module("duckdb"), module("pandas")
        rows = duckdb.sql(f"SELECT parent_hub_id, parent_id, child_hub_id, relation FROM '{self.partition('edges')}'").fetchall()
        self.assertEqual(shape((r[0] or r[1], r[2], r[3]) for r in rows), self.shape)
        sums = duckdb.sql(f"SELECT count(*), sum(downloads) FROM read_parquet('{self.out}/models/*/*.parquet', hive_partitioning=1)").fetchall()[0]
        self.assertEqual(sums, (len(self.models), sum(int(m["downloads"] or 0) for m in self.models)))
        frame = pandas.read_parquet(self.partition("models"))
        self.assertEqual(len(frame), len(self.models))
        self.assertEqual(frame["state"].value_counts().to_dict(), self.manifest["counts"]["models"])
        frame = pandas.read_csv(self.out / "models.csv", keep_default_na=False)
        self.assertEqual(len(frame), len(self.models))

    @unittest.skipUnless(HAS_PARQUET, "built without Arrow")
    def test_the_flavour_for_graph_engines(self):
        module("pyarrow")
        import pyarrow.parquet
        vertices = pyarrow.parquet.read_table(next((self.out / "graph" / "vertices").rglob("*.parquet")))
        edges = pyarrow.parquet.read_table(next((self.out / "graph" / "edges").rglob("*.parquet")))
        self.assertEqual([str(vertices.schema.field(n).type) for n in ("id", "name")], ["int64", "string"])
        self.assertEqual([str(edges.schema.field(n).type) for n in ("src", "dst", "relation")], ["int64", "int64", "string"])
        self.assertEqual(vertices["id"].to_pylist(), list(range(len(self.models))))
        self.assertEqual(vertices["name"].to_pylist(), [m["id"] for m in self.models])
        self.assertEqual(shape(zip(*(edges[c].to_pylist() for c in ("src", "dst", "relation")))), self.shape)
        arcs = [tuple(map(int, line.split("\t"))) for line in (self.out / "graph" / "arcs.tsv").read_text().splitlines()]
        self.assertEqual(sorted(arcs), sorted(zip(edges["src"].to_pylist(), edges["dst"].to_pylist())))
        self.assertEqual([a[0] for a in arcs], sorted(a[0] for a in arcs))

    def test_graphml_by_networkx_and_igraph(self):
        networkx, igraph = module("networkx"), module("igraph")
        graph = networkx.read_graphml(self.out / "graph.graphml")
        self.assertEqual(graph.number_of_nodes(), len(self.models))
        self.assertEqual(shape((s, t, d["relation"]) for s, t, d in graph.edges(data=True)), self.shape)
        words = {d["id"]: d["pipeline_tag"].replace("\u0007", "\ufffd").replace("\ufffe", "\ufffd") for d in HOSTILE}
        self.assertEqual({d["name"]: d["pipeline_tag"] for _, d in graph.nodes(data=True) if d["name"] in words}, words)
        graph = igraph.Graph.Read_GraphML(str(self.out / "graph.graphml"))
        self.assertEqual(graph.vcount(), len(self.models))
        self.assertEqual(shape((e.source, e.target, e["relation"]) for e in graph.es), self.shape)
        self.assertEqual(sorted(graph.vs["name"]), sorted(m["id"] for m in self.models))

    def test_gexf_by_networkx(self):
        networkx = module("networkx")
        graph = networkx.read_gexf(self.out / "graph.gexf", version="1.3")
        self.assertEqual(graph.number_of_nodes(), len(self.models))
        self.assertEqual(shape((s, t, d["relation"]) for s, t, d in graph.edges(data=True)), self.shape)
        ended = [n for n, d in graph.nodes(data=True) if any(end not in (None, "", "None") for _, end in d.get("spells", []))]
        self.assertEqual(len(ended), self.manifest["counts"]["models"]["gone"])
        root = ElementTree.parse(self.out / "graph.gexf").getroot()
        self.assertEqual(root.attrib["version"], "1.3")

    def test_gexf_by_its_rules(self):
        module("lxml")
        from lxml import etree
        rules = etree.RelaxNG(etree.parse(ROOT / "tests" / "tools" / "fixtures" / "gexf-1.3.rng"))
        written = etree.parse(self.out / "graph.gexf")
        self.assertTrue(rules.validate(written), str(rules.error_log)[:2000])
        # The rules refuse what is none.
        for path, change in (("//g:attvalue", lambda e: e.attrib.pop("for")), ("//g:spell", lambda e: e.attrib.update({"start": "once"})),
                             ("//g:edge", lambda e: e.attrib.pop("target"))):
            spoilt = etree.parse(self.out / "graph.gexf")
            change(spoilt.xpath(path, namespaces={"g": "http://gexf.net/1.3"})[0])
            self.assertFalse(rules.validate(spoilt), path)

    def test_sqlite(self):
        with contextlib.closing(sqlite3.connect(self.out / "stemma.sqlite")) as db:
            self.assertEqual(db.execute("PRAGMA user_version").fetchone()[0], self.manifest["schema_version"])
            self.assertEqual(db.execute("PRAGMA integrity_check").fetchone()[0], "ok")
            self.assertEqual(shape(db.execute("SELECT coalesce(parent_hub_id, parent_id), child_hub_id, relation FROM edges")), self.shape)
            self.assertEqual(db.execute("SELECT count(*) FROM models").fetchone()[0], len(self.models))
            for table, columns in self.manifest["columns"].items():
                self.assertEqual([r[1] for r in db.execute(f"PRAGMA table_info({table})")], columns)
            for column in ("parent_id", "child_id"):
                plan = db.execute(f"EXPLAIN QUERY PLAN SELECT * FROM edges WHERE {column} = 'x'").fetchone()[3]
                self.assertIn("USING INDEX", plan)

    def test_csr_by_the_example_in_tools(self):
        module("numpy")
        done = subprocess.run([sys.executable, ROOT / "tools" / "read_csr.py", self.out], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        sys.path.insert(0, str(ROOT / "tools"))
        import read_csr
        graph = read_csr.read(self.out)
        self.assertEqual(graph.names, [m["id"] for m in self.models])
        words = ["unspecified", "finetune", "adapter", "merge", "quantized"]
        pairs = [(p, int(c), words[r]) for p in range(len(graph.names))
                 for c, r in zip(graph.children(p), graph.relation[graph.offset[p]:graph.offset[p + 1]])]
        self.assertEqual(shape(pairs), self.shape)

    def test_csv_for_gephi_and_neo4j(self):
        def rows(name):
            with (self.out / name).open(newline="", encoding="utf-8") as file:
                return list(csv.DictReader(file))
        nodes, edges = rows("gephi/nodes.csv"), rows("gephi/edges.csv")
        self.assertEqual([n["Label"] for n in nodes], [m["id"] for m in self.models])
        self.assertEqual(shape((e["Source"], e["Target"], e["Label"]) for e in edges), self.shape)
        nodes, edges = rows("neo4j/models.csv"), rows("neo4j/edges.csv")
        self.assertEqual([n["id"] for n in nodes], [m["id"] for m in self.models])
        self.assertEqual(len({n["node:ID"] for n in nodes}), len(nodes))
        self.assertEqual(shape((e[":START_ID"], e[":END_ID"], e[":TYPE"].lower()) for e in edges), self.shape)

    def test_ancestry_as_prov_and_cyclonedx(self):
        rdflib = module("rdflib")
        module("cyclonedx")
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator
        deepest = max((m["id"] for m in self.models if m["state"] == "live"),
                      key=lambda name: sum(1 for e in self.edges if e["child_id"] == name))
        for model in (deepest, "hostile/a-b.c_d", "hostile/base"):
            out = self.path / "ancestry"
            stemma(self.data, "export", "--format", "prov,cyclonedx", "--root", model, "--out", out)
            above = json.loads(stemma(self.data, "ancestors", model, "--json"))["items"]
            graph = rdflib.Graph().parse(out / "ancestry.prov.jsonld", format="json-ld")
            prov = rdflib.Namespace("http://www.w3.org/ns/prov#")
            self.assertEqual(len(set(graph.subjects(rdflib.RDF.type, prov.Entity))), len(above) + 1)
            names = {model, *(a["id"] for a in above)}
            expected = sum(1 for e in self.edges if e["child_id"] in names and e["parent_id"] in names)
            self.assertEqual(len(list(graph.triples((None, prov.wasDerivedFrom, None)))), expected)
            text = (out / "ancestry.cdx.json").read_text("utf-8")
            wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
            self.assertIsNone(wrong, wrong)
            bill = json.loads(text)
            self.assertEqual(len(bill["components"]), len(above))
            self.assertEqual(sum(len(d["dependsOn"]) for d in bill["dependencies"]), expected)
        self.assertEqual(bill["metadata"]["component"]["purl"], "pkg:huggingface/hostile/base@0123456789abcdef0123456789abcdef01234567")
        self.assertEqual(bill["metadata"]["component"]["licenses"], [{"license": {"id": "Apache-2.0"}}])
        self.assertIn("--root", stemma(self.data, "export", "--format", "cyclonedx", "--out", self.path / "none", status=2))

    def test_croissant(self):
        mlcroissant = module("mlcroissant")
        data = mlcroissant.Dataset(jsonld=self.out / "croissant.json")
        self.assertEqual({r.id for r in data.metadata.record_sets}, set(self.manifest["columns"]) if HAS_PARQUET else {"models", "edges"})
        rows = list(data.records(record_set="edges"))
        self.assertEqual(len(rows), len(self.edges))
        self.assertIn("configs:", (self.out / "README.md").read_text("utf-8"))
        self.assertIn("croissant describes", stemma(self.data, "export", "--format", "croissant", "--out", self.path / "alone", status=2))

    def test_dot_of_a_part(self):
        out = self.path / "dot"
        stemma(self.data, "export", "--format", "dot", "--root", "hostile/base", "--out", out)
        text = (out / "graph.dot").read_text("utf-8")
        self.assertEqual(text.count(" -> "), len(HOSTILE) - 1)
        if shutil.which("dot"):
            subprocess.run(["dot", "-Tsvg", out / "graph.dot"], check=True, capture_output=True)
        big = self.path / "big"
        subprocess.run([GENHUB, "--models", "6000", "--out", self.path / "big.ndjson"], check=True, stderr=subprocess.DEVNULL)
        stemma(big, "import", self.path / "big.ndjson", "--complete")
        self.assertIn("--root MODEL", stemma(big, "export", "--format", "dot", "--out", self.path / "big-dot", status=2))
        self.assertFalse((self.path / "big-dot").exists())

    def test_the_same_bytes_again_elsewhere_and_in_another_order(self):
        again = self.path / "again"
        stemma(self.data, "export", "--format", ",".join([*self.formats, "croissant"]), "--out", again)
        self.assertEqual(files_of(again), files_of(self.out))
        # The same documents, in another order.
        other = self.path / "other-data"
        for file in sorted((self.path / "nights").glob("*.ndjson")):
            lines = file.read_text("utf-8").splitlines(keepends=True)
            shuffled = self.path / "shuffled.ndjson"
            shuffled.write_text("".join(lines[::-1]), encoding="utf-8")
            stemma(other, "import", shuffled, "--complete", "--observed-at", file.stem)
        elsewhere = self.path / "elsewhere"
        stemma(other, "export", "--format", ",".join([*self.formats, "croissant"]), "--out", elsewhere)
        self.assertEqual(files_of(elsewhere), files_of(self.out))

    def test_a_full_disk_is_one_sentence_and_leaves_nothing_whole(self):
        def limited():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
        for name in self.formats:
            out = self.path / f"full-{name}"
            stemma(self.data, "export", "--format", name, "--out", out)
            if max(p.stat().st_size for p in out.rglob("*")) <= 60_000:
                continue
            shutil.rmtree(out)
            words = stemma(self.data, "export", "--format", name, "--out", out, status=1, preexec_fn=limited)
            self.assertEqual(len(words.strip().splitlines()), 1, words)
            self.assertFalse((out / "manifest.json").exists())
            self.assertEqual([p.name for p in out.rglob("*") if ".new." in p.name or ".building." in p.name], [])

    def example(self, name, *arguments, timeout=300):
        done = subprocess.run([sys.executable, ROOT / "tools" / name, *map(str, arguments)], capture_output=True, text=True, timeout=timeout)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        return done.stdout

    @unittest.skipUnless(HAS_PARQUET, "built without Arrow")
    def test_examples_of_tools(self):
        module("duckdb")
        module("pandas")
        module("matplotlib")
        nights = self.path / "dated"
        for number in (3, 4):
            stemma(self.data, "export", "--format", "parquet", "--as-of", number, "--out", nights / str(number))
        rows = self.example("spark/nights.py", nights, "SELECT count(DISTINCT snapshot), count(*) FROM observations")
        self.assertIn(" 2 ", rows)
        expected = json.loads(stemma(self.data, "family", "qwen3", "--json"))["derivatives"]
        server = subprocess.Popen([STEMMA, "--data", self.data, "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  text=True, env=ENVIRONMENT)
        try:
            address = "http://" + server.stdout.readline().strip().rsplit("/", 1)[-1].split()[-1]
            told = self.example("notebook.py", self.out, "--api", address, "--out", self.path / "growth.svg")
        finally:
            server.terminate()
            server.wait(timeout=30)
            server.stdout.close()
        self.assertIn(f"{expected:,} derivatives of qwen3 in the dump", told)
        self.assertIn(f"{expected:,} by the API", told)
        self.assertIn("<svg", (self.path / "growth.svg").read_text("utf-8"))

    @unittest.skipUnless(HAS_PARQUET, "built without Arrow")
    @unittest.skipUnless(shutil.which("java"), "no java: tools/install-dependencies --tests installs one")
    def test_spark_comes_to_the_same_sizes_and_shares(self):
        module("pyspark")
        result = json.loads(self.example("spark/family_sizes.py", self.out, "--json", timeout=500).splitlines()[-1])
        told = json.loads(stemma(self.data, "families", "--json"))["items"]
        self.assertEqual({f["name"]: {"official": f["official"], "derivatives": f["derivatives"]} for f in told if f["official"] + f["derivatives"]},
                         {n: f for n, f in result["families"].items() if f["official"] + f["derivatives"]})
        shares = {f["name"]: f["models"] for f in json.loads(stemma(self.data, "families", "--policy", "fractional", "--json"))["items"]}
        self.assertGreater(json.loads(stemma(self.data, "stats", "--json"))["cycles"], 0)
        for name, share in result["shares"].items():
            if name != "other":  # what ends in no family is a number beside the families
                self.assertAlmostEqual(share, shares[name], places=5, msg=name)

    @unittest.skipUnless(HAS_PARQUET, "built without Arrow")
    def test_datasets_finds_the_tables(self):
        """The folder is a data set: what README.md configures is loaded by name. Tables without rows are no configurations."""
        module("datasets")
        code = """
import datasets, json, sys
names = datasets.get_dataset_config_names(sys.argv[1])
print(json.dumps({n: {s: t.num_rows for s, t in datasets.load_dataset(sys.argv[1], n).items()} for n in names}))
"""
        done = subprocess.run([sys.executable, "-c", code, self.out], capture_output=True, text=True,
                              env=ENVIRONMENT | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(self.path / "hf")})
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        rows = {f["name"].split("/")[0]: f["rows"] for f in self.manifest["files"] if f["name"].endswith(".parquet") and "/" in f["name"]}
        self.assertEqual(json.loads(done.stdout.splitlines()[-1]), {n: {"train": r} for n, r in rows.items() if r and n in self.manifest["columns"]})


if __name__ == "__main__":
    if PYTHON.exists() and Path(sys.prefix) != PYTHON.parent.parent:
        os.execv(PYTHON, [PYTHON, *sys.argv])
    sys.argv[1:] = []
    unittest.main(verbosity=2)
