#!/usr/bin/env python3
"""Parquet files as documents, and `stemma backfill`: the public weekly snapshots, from a folder and from a stand-in for the data set's
routes that redirects to a second host, answers range requests and fails in every way that the hub does.

Writes Parquet with pyarrow, in the columns and types of each era; the whole test is skipped without it. Real states need recorded hub data
($STEMMA_HUB_DATA, or beside the checkout). Usage: backfill_test.py BUILD_DIR
"""

import contextlib
import datetime
import hashlib
import http.server
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "dev")
PYTHON = ROOT / "build" / "python" / "bin" / "python"
HUB = Path(os.environ.get("STEMMA_HUB_DATA", ROOT.parent / "shared" / "hub"))
STEMMA, GENHUB = BUILD / "tools" / "stemma", BUILD / "tools" / "stemma-genhub"
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "STEMMA_DATA")) and not k.lower().endswith("_proxy")}
DATASET = "lab/weekly"
TOKEN = "hf_not_for_the_second_host"

with contextlib.suppress(ImportError):
    import pyarrow
    import pyarrow.parquet


def stemma(data, *arguments, status=0, **environment):
    done = subprocess.run([STEMMA, "--data", data, *map(str, arguments)], capture_output=True, text=True, env=ENVIRONMENT | environment)
    if done.returncode != status:
        raise AssertionError(f"stemma {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout if status == 0 else done.stderr


def documents(text):
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def write(path, docs, era):
    """Documents as the weekly files of an era have them (the columns are those of ADOPTION's table; types differ between the years)."""
    text, when = pyarrow.string(), pyarrow.timestamp("us", "UTC")
    column = lambda key: [d.get(key) for d in docs]
    times = lambda key: [moment(d[key]) if d.get(key) else None for d in docs]
    as_json = lambda key: [json.dumps(d[key]) if d.get(key) is not None else None for d in docs]
    columns = {"_id": pyarrow.array(column("_id"), text), "id": pyarrow.array(column("id"), text), "author": pyarrow.array(column("author"), text)}
    if era == 2024:
        columns |= {"createdAt": pyarrow.array(times("createdAt"), when), "lastModified": pyarrow.array(times("lastModified"), when),
                    "likes": pyarrow.array(column("likes"), pyarrow.int64()), "downloads": pyarrow.array(column("downloads"), pyarrow.int64())}
    elif era == 2025:
        naive = lambda key: [d[key].replace("Z", "") if d.get(key) else None for d in docs]
        # Tables that went through pandas: whole numbers with gaps are doubles, texts are categories.
        columns |= {"createdAt": pyarrow.array(naive("createdAt"), text), "lastModified": pyarrow.array(naive("lastModified"), text),
                    "likes": pyarrow.array([None if v is None else float(v) for v in column("likes")], pyarrow.float64()),
                    "downloads": pyarrow.array(column("downloads"), pyarrow.int32()), "trendingScore": pyarrow.array([0.0] * len(docs)),
                    "cardData": pyarrow.array(as_json("cardData"), pyarrow.large_string()),
                    "downloadsAllTime": pyarrow.array(column("downloadsAllTime"), pyarrow.int64())}
    else:
        base = pyarrow.struct([("relation", text), ("models", pyarrow.list_(pyarrow.struct([("_id", text), ("id", text)])))])
        columns |= {"createdAt": pyarrow.array(times("createdAt"), pyarrow.timestamp("ms")), "lastModified": pyarrow.array(times("lastModified"), pyarrow.timestamp("ns", "UTC")),
                    "likes": pyarrow.array(column("likes"), pyarrow.uint32()), "downloads": pyarrow.array(column("downloads"), pyarrow.int64()),
                    "downloadsAllTime": pyarrow.array(column("downloadsAllTime"), pyarrow.int64()), "cardData": pyarrow.array(as_json("cardData"), text),
                    "baseModels": pyarrow.array(column("baseModels"), base), "gated": pyarrow.array([str(g) if g is not None else None for g in column("gated")], text),
                    "config": pyarrow.array(as_json("config"), text), "siblings": pyarrow.array([["a.bin"]] * len(docs), pyarrow.list_(text)),
                    "sha": pyarrow.array(column("sha"), text), "private": pyarrow.array([False] * len(docs)),
                    "safetensors": pyarrow.array([{"total": d["safetensors"]["total"], "parameters": json.dumps(d["safetensors"].get("parameters"))}
                                                  if d.get("safetensors") else None for d in docs],
                                                 pyarrow.struct([("total", pyarrow.int64()), ("parameters", text)]))}
    columns |= {"tags": pyarrow.array([d.get("tags") or [] for d in docs], pyarrow.list_(text)),
                "pipeline_tag": pyarrow.array(column("pipeline_tag"), text).dictionary_encode(), "library_name": pyarrow.array(column("library_name"), text)}
    path.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(pyarrow.table(columns), path, row_group_size=700, compression="zstd" if era == 2024 else "snappy")


class DataSet:
    """The data set's routes and, on a second port, the host of its files."""

    def __init__(self, folder):
        self.folder, self.log, self.faults, self.tokens_seen = folder, [], [], []
        outer = self

        class Hub(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def send(self, status, body=b"", **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(body)

            def do_GET(self):
                outer.log.append((self.server.role, self.path, self.headers.get("Range")))
                if self.server.role == "files" and self.headers.get("Authorization"):
                    outer.tokens_seen.append(self.path)
                for fault in list(outer.faults):
                    if fault["role"] == self.server.role and fault["path"] in self.path and fault["times"] > 0:
                        fault["times"] -= 1
                        return fault["do"](self)
                if self.server.role == "hub":
                    return self.hub()
                return self.file()

            def hub(self):
                tree, resolve = f"/api/datasets/{DATASET}/tree/main/", f"/datasets/{DATASET}/resolve/main/"
                path = self.path.split("?")[0]
                if path.startswith(resolve):
                    return self.send(302, Location=f"http://localhost:{outer.files.server_port}/{path[len(resolve):]}?signature=x%2By")
                folder = outer.folder / path[len(tree):]
                if not path.startswith(tree) or not folder.is_dir():
                    return self.send(404, b'{"error":"not found"}')
                entries = [{"type": "directory", "path": str(p.relative_to(outer.folder)), "oid": "0"} if p.is_dir() else
                           {"type": "file", "path": str(p.relative_to(outer.folder)), "size": p.stat().st_size,
                            "lfs": {"oid": hashlib.sha256(p.read_bytes()).hexdigest(), "size": p.stat().st_size}} for p in sorted(folder.iterdir())]
                # Pages of two entries, linked.
                at = int(self.path.partition("cursor=")[2] or 0)
                more = {"Link": f'<{path}?cursor={at + 2}>; rel="next"'} if at + 2 < len(entries) else {}
                self.send(200, json.dumps(entries[at:at + 2]).encode(), Content_Type="application/json", **more)

            def file(self, ignore_range=False, body=None):
                body = (outer.folder / self.path.split("?")[0].lstrip("/")).read_bytes() if body is None else body
                asked = self.headers.get("Range")
                if asked and not ignore_range:
                    start = int(asked.split("=")[1].rstrip("-"))
                    if start >= len(body):
                        return self.send(416)
                    return self.send(206, body[start:], Content_Range=f"bytes {start}-{len(body) - 1}/{len(body)}")
                return self.send(200, body)

            def cut(self, share):
                """Declares the whole and closes before its end."""
                body = (outer.folder / self.path.split("?")[0].lstrip("/")).read_bytes()
                start = int((self.headers.get("Range") or "bytes=0-").split("=")[1].rstrip("-"))
                self.send_response(206 if start else 200)
                self.send_header("Content-Length", str(len(body) - start))
                self.end_headers()
                self.wfile.write(body[start:start + int((len(body) - start) * share)])
                self.close_connection = True
                self.connection.close()

        def serve(role):
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
            server.role = role
            threading.Thread(target=server.serve_forever, daemon=True).start()
            return server
        self.hub, self.files = serve("hub"), serve("files")
        self.url = f"http://127.0.0.1:{self.hub.server_port}"

    def fail(self, role, path, times, do):
        self.faults.append({"role": role, "path": path, "times": times, "do": do})

    def close(self):
        for server in (self.hub, self.files):
            server.shutdown()
            server.server_close()


@unittest.skipUnless("pyarrow" in sys.modules, "no pyarrow: tools/install-dependencies --tests installs it")
@unittest.skipIf("no Parquet" in subprocess.run([STEMMA, "--version"], capture_output=True, text=True, check=False).stdout, "built without Arrow")
class Backfill(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="stemma-test-")
        self.addCleanup(scratch.cleanup)
        self.path = Path(scratch.name)

    def weeks(self, count, models=1500):
        """Weeks of a made-up hub, as documents by date and as a data set."""
        subprocess.run([GENHUB, "--models", str(models), "--nights", str(count), "--start", "2024-07-01", "--out", self.path / "nights"], check=True,
                       stderr=subprocess.DEVNULL)
        weeks = {}
        for n, file in enumerate(sorted((self.path / "nights").glob("*.ndjson"))):
            date = datetime.date(2024, 7, 1) + datetime.timedelta(days=7 * n)
            docs = documents(file.read_text("utf-8"))
            for d in docs:
                d.pop("generated", None)
            weeks[str(date)] = docs
            write(self.path / "set" / "models" / str(date) / "models.parquet", docs, 2026)
        return weeks

    def dump(self, data):
        out = self.path / "dump"
        stemma(data, "export", "--format", "ndjson", "--out", out)
        return [(out / f"{t}.ndjson").read_text("utf-8") for t in ("models", "edges")]

    def same_as_ndjson(self, docs, era, keep):
        """A Parquet file gives what the same fields as NDJSON give."""
        file = self.path / f"{era}.parquet"
        write(file, docs, era)
        kept = [{k: v for k, v in d.items() if k in keep and v is not None} for d in docs]
        (self.path / "plain.ndjson").write_text("".join(json.dumps(d) + "\n" for d in kept), "utf-8")
        for source, name in ((file, "a"), (self.path / "plain.ndjson", "b")):
            stemma(self.path / f"{name}{era}", "import", source, "--complete", "--observed-at", "2026-01-01")
        self.assertEqual(self.dump(self.path / f"a{era}"), self.dump(self.path / f"b{era}"))

    COMMON = {"_id", "id", "author", "createdAt", "lastModified", "likes", "downloads", "tags", "pipeline_tag", "library_name"}

    def test_every_era_of_columns(self):
        docs = [d for d in self.weeks(1)["2024-07-01"]]
        self.same_as_ndjson(docs, 2024, self.COMMON)
        self.same_as_ndjson(docs, 2025, self.COMMON | {"cardData", "downloadsAllTime"})
        self.same_as_ndjson(docs, 2026, self.COMMON | {"cardData", "downloadsAllTime", "baseModels", "gated", "config", "safetensors", "sha", "private"})

    @unittest.skipUnless((HUB / "data").is_dir(), f"no recorded hub data in {HUB}")
    def test_real_states(self):
        def real(name, limit):
            process = subprocess.Popen(["zstd", "-dc", HUB / "data" / name], stdout=subprocess.PIPE)
            lines = [json.loads(next(process.stdout)) for _ in range(limit)]
            process.kill()
            process.communicate()
            return lines
        self.same_as_ndjson(real("details-2024-07.ndjson.zst", 3000), 2024, self.COMMON)
        self.same_as_ndjson(real("hub-2024-07-11.ndjson.zst", 60000), 2024, self.COMMON)
        week = sorted((HUB / "data" / "msc-2025").glob("*.ndjson.zst"))[0]
        self.same_as_ndjson(real(week.relative_to(HUB / "data"), 24000), 2025, self.COMMON | {"cardData", "downloadsAllTime"})
        hour = sorted((HUB / "data" / "radar-2026").glob("2*.ndjson.zst"))[0]
        docs = real(hour.relative_to(HUB / "data"), 9000)
        self.same_as_ndjson(docs, 2026, self.COMMON | {"cardData", "downloadsAllTime", "baseModels", "gated", "config", "safetensors", "sha", "private"})

    def test_what_is_no_table_of_models(self):
        other = self.path / "other.parquet"
        pyarrow.parquet.write_table(pyarrow.table({"id": ["a/b"]}), other)
        self.assertIn("no column `_id`", stemma(self.path / "d", "import", other, status=1))
        good = self.path / "good.parquet"
        docs = [{"_id": f"{i:024x}", "id": f"a/m{i}", "downloads": i} for i in range(1, 3000)]
        write(good, docs, 2024)
        data = bytearray(good.read_bytes())
        for name, bytes_ in (("cut", data[:len(data) // 2]), ("noise", b"PAR1" + os.urandom(5000) + b"PAR1"), ("tiny", b"PAR1")):
            bad = self.path / f"{name}.parquet"
            bad.write_bytes(bytes_)
            words = stemma(self.path / "d", "import", bad, status=1)
            self.assertIn(bad.name, words)
            self.assertEqual(len(words.strip().splitlines()), 1, words)
        # Rows without an _id cost themselves; a column of a type that nothing can be read from is told.
        table = pyarrow.table({"_id": ["0" * 23 + "1", None, "xyz"], "id": ["a/b", "a/c", "a/d"], "downloads": [1, 2, 3],
                               "config": pyarrow.array([datetime.timedelta(1)] * 3)})
        pyarrow.parquet.write_table(table, other)
        told = stemma(self.path / "e", "import", other)
        self.assertIn("config 3", told)
        self.assertIn("documents rejected", told)
        # Of a named pipe nothing is read ahead.
        fifo, text = self.path / "fifo", "".join(json.dumps(d) + "\n" for d in docs)
        os.mkfifo(fifo)
        writer = threading.Thread(target=fifo.write_text, args=(text,))
        writer.start()
        stemma(self.path / "g", "import", fifo, "--complete")
        writer.join()
        self.assertEqual(json.loads(stemma(self.path / "g", "stats", "--json"))["models"], len(docs))
        with good.open("rb") as stdin:
            pipe = subprocess.run([STEMMA, "--data", self.path / "f", "import", "-"], stdin=stdin, capture_output=True, text=True, env=ENVIRONMENT)
        self.assertEqual(pipe.returncode, 2)
        self.assertIn("give the file's name", pipe.stderr)

    def check_history(self, data, weeks):
        listed = json.loads(stemma(data, "snapshots", "--json"))
        listed = listed["items"] if isinstance(listed, dict) else listed
        self.assertEqual([s["observed_at"][:10] for s in sorted(listed, key=lambda s: s["snapshot"])], list(weeks))
        self.assertFalse((data / "downloads").exists())
        stemma(data, "verify")
        # The same as importing the documents one by one.
        other = self.path / f"one-by-one-{data.name}"
        for date, docs in weeks.items():
            file = self.path / "week.ndjson"
            file.write_text("".join(json.dumps(d) + "\n" for d in docs), "utf-8")
            stemma(other, "import", file, "--complete", "--observed-at", date)
        for number in range(1, len(weeks) + 1):
            stats = [json.loads(stemma(d, "stats", "--json", "--as-of", number)) for d in (data, other)]
            for key in ("models", "gone", "edges", "by_relation", "ghosts"):
                self.assertEqual(stats[0][key], stats[1][key], (number, key))

    def test_a_folder_and_the_months_of_it(self):
        weeks = self.weeks(6)
        data = self.path / "data"
        told = stemma(data, "backfill", "--source", self.path / "set", "--every", "week")
        self.assertIn("ODbL", told)
        self.assertIn("QWEN", told)
        self.check_history(data, weeks)
        # A second run has nothing to do; what lies before is refused, with the reason.
        self.assertIn("6 there already", stemma(data, "backfill", "--source", self.path / "set", "--every", "week"))
        monthly = self.path / "monthly"
        stemma(monthly, "backfill", "--source", self.path / "set")
        self.check_history(monthly, {d: weeks[d] for d in ("2024-07-01", "2024-08-05")})
        self.assertIn("4, the first of 2024-07-08, are passed over", stemma(monthly, "backfill", "--source", self.path / "set", "--every", "week"))
        # After a crawl of today there is no way back.
        crawled = self.path / "crawled"
        (self.path / "now.ndjson").write_text("".join(json.dumps(d) + "\n" for d in weeks["2024-07-01"]), "utf-8")
        stemma(crawled, "import", self.path / "now.ndjson", "--complete")
        self.assertIn("new directory", stemma(crawled, "backfill", "--source", self.path / "set", status=2))
        # The licence goes with what is made from it.
        stemma(data, "export", "--format", "csv", "--out", self.path / "csv")
        manifest = json.loads((self.path / "csv" / "manifest.json").read_text())
        self.assertEqual(manifest["license"]["compilation"], "ODbL-1.0")
        self.assertEqual(manifest["license"]["datasets"], ["set"])
        for wrong in (["--source", self.path / "nights"], ["--source", "./nowhere"], ["--from", "2024-08-01", "--to", "2024-07-01", "--source", self.path / "set"]):
            stemma(self.path / "wrong", "backfill", *wrong, status=2)

    def test_a_data_set_with_every_fault(self):
        weeks = self.weeks(4)
        hub = DataSet(self.path / "set")
        self.addCleanup(hub.close)
        arguments = ["backfill", "--source", DATASET, "--hub", hub.url, "--every", "week"]
        hub.fail("hub", "/tree/", 2, lambda r: r.send(503, b"busy", Retry_After="0"))
        hub.fail("hub", "/tree/", 1, lambda r: r.send(200, b"<html>maintenance</html>"))
        hub.fail("hub", "/tree/", 1, lambda r: r.send(429, Retry_After="1"))
        hub.fail("files", "2024-07-01", 2, lambda r: r.cut(0.4))
        hub.fail("files", "2024-07-08", 1, lambda r: r.cut(0.6))
        hub.fail("files", "2024-07-08", 1, lambda r: r.file(ignore_range=True))
        hub.fail("files", "2024-07-15", 1, lambda r: r.file(body=b"PAR1 not this one " * 20000))
        hub.fail("files", "2024-07-22", 1, lambda r: r.send(500, b"oops"))
        data = self.path / "data"
        told = stemma(data, *arguments, HF_TOKEN=TOKEN)
        self.assertIn("4 weekly snapshots", told)
        self.check_history(data, weeks)
        self.assertEqual(hub.tokens_seen, [])
        ranges = [r for role, path, r in hub.log if role == "files" and "2024-07-01" in path]
        self.assertEqual(ranges[0], None)
        self.assertTrue(all(r and int(r.split("=")[1].rstrip("-")) > 0 for r in ranges[1:]), ranges)
        self.assertIn("--source", stemma(data, "backfill", "--source", "no such set", "--hub", hub.url, status=2))
        self.assertIn("there is no data set", stemma(self.path / "n", "backfill", "--source", "lab/other", "--hub", hub.url, status=1))

    def test_killed_and_begun_again(self):
        weeks = self.weeks(3)
        hub = DataSet(self.path / "set")
        self.addCleanup(hub.close)
        data = self.path / "data"
        arguments = ["backfill", "--source", DATASET, "--hub", hub.url, "--every", "week"]

        def trickle(request):
            """Half of the file, then silence: the process is killed there."""
            body = (hub.folder / request.path.split("?")[0].lstrip("/")).read_bytes()
            request.send_response(200)
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body[:len(body) // 2])
            request.wfile.flush()
            time.sleep(6)
            request.close_connection = True
        hub.fail("files", "2024-07-08", 1, trickle)
        process = subprocess.Popen([STEMMA, "--data", data, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
        deadline = time.time() + 60
        part = data / "downloads" / "2024-07-08.parquet.part"
        while time.time() < deadline and not (part.exists() and part.stat().st_size > 1000):
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
        there = part.stat().st_size
        self.assertGreater(there, 1000)
        for wait in (0.3, 1.0):
            process = subprocess.Popen([STEMMA, "--data", data, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
            process.wait()
        stemma(data, *arguments)
        self.check_history(data, weeks)
        asked = [r for role, path, r in hub.log if role == "files" and "2024-07-08" in path and r]
        self.assertIn(f"bytes={there}-", asked)

    def test_a_part_is_not_taken_for_the_whole(self):
        weeks = self.weeks(3)
        write(self.path / "set" / "models" / "2024-07-08" / "models.parquet", weeks["2024-07-08"][:300], 2026)
        data = self.path / "data"
        told = stemma(data, "backfill", "--source", self.path / "set", "--every", "week")
        self.assertIn("2024-07-08: left out", told)
        self.check_history(data, {d: weeks[d] for d in ("2024-07-01", "2024-07-15")})


if __name__ == "__main__":
    if PYTHON.exists() and Path(sys.prefix) != PYTHON.parent.parent:
        os.execv(PYTHON, [PYTHON, *sys.argv])
    sys.argv[1:] = []
    unittest.main(verbosity=2)
