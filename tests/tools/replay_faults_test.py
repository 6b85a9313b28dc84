#!/usr/bin/env python3
"""The crawler against a hub that misbehaves: every fault alone, all of them at random, quotas, kills, and memory.

Needs the stand-in for the hub (replay_hub.py) in the folder named by $STEMMA_HUB_DATA or found beside the checkout; without
it every test is skipped. Usage: replay_faults_test.py BUILD_DIR [SEEDS]
"""

import concurrent.futures
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HUB = Path(os.environ.get("STEMMA_HUB_DATA", ROOT.parent / "shared" / "hub"))
BUILD = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "dev")
SEEDS = int(sys.argv[2]) if len(sys.argv) > 2 else 100
STEMMA, GENHUB = BUILD / "tools" / "stemma", BUILD / "tools" / "stemma-genhub"
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "STEMMA_"))}
OBSERVED = "2026-11-01"
LISTING = "^/api/models\\?"
LATER = "cursor="  # every page but the first
INFO = "^/api/models/"


class Hub:
    """A replay hub of its own process."""

    def __init__(self, documents, *options):
        command = [sys.executable, HUB / "replay_hub.py", "--docs", documents, "--listen", "127.0.0.1:0", "--second-port", "0", *options]
        self.process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = self.process.stdout.readline().split()[-1]

    def admin(self, call, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/__admin/{call}", data=data, method="GET" if body is None else "POST")
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read() or b"null")

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def crawl_command(data, hub, *options):
    return list(map(str, [STEMMA, "--data", data, "crawl", "--hub", hub.url, "--observed-at", OBSERVED, "--resolve",
                          "--backoff", "0.001", "--longest-backoff", "0.01", "--first-byte-timeout", "0.5", "--stall-timeout", "1",
                          *options]))


def crawl(data, hub, *options, token=None):
    environment = dict(ENVIRONMENT, **({"HF_TOKEN": token} if token else {}))
    return subprocess.run(crawl_command(data, hub, *options), capture_output=True, text=True, env=environment)


def snapshot(data, number=1):
    path = Path(data) / "snapshots" / f"{number}.stemma"
    return path.read_bytes() if path.exists() else None


def stats(data):
    done = subprocess.run([STEMMA, "--data", data, "stats", "--json"], capture_output=True, text=True, env=ENVIRONMENT)
    return json.loads(done.stdout)


def generate(path, models, *options):
    subprocess.run([GENHUB, "--models", str(models), "--out", path, *options], check=True)


def ghosts_aliases(path):
    """Two names that models claim and nobody bears lead to models, one of them over two steps."""
    names, claimed, real = set(), {}, {}
    for line in Path(path).read_text().splitlines():
        document = json.loads(line)
        names.add(document["id"].lower())
        real[document["id"].lower()] = document["id"]
        for tag in document.get("tags", []):
            if tag.startswith("base_model:"):
                claimed[tag.split(":")[-1]] = document
    lost = sorted(name for name in claimed if name.lower() not in names and "/" in name)
    homes = sorted(names)
    aliases = {}
    if lost:
        aliases[lost[0]] = real[homes[0]]
    if len(lost) > 1:
        aliases[lost[1]] = "step/between"
        aliases["step/between"] = real[homes[1]]
    return aliases


# Faults after which the same crawl, or one taken up again, must end in the same graph.
HARMLESS = {
    "503": ({"path": LATER, "nth": [2, 3]}, {"type": "status", "status": 503}),
    "500 on the first page": ({"path": LISTING, "nth": 1}, {"type": "status", "status": 500}),
    "504 on info": ({"path": INFO, "nth": [1, 3]}, {"type": "status", "status": 504}),
    "408": ({"path": LATER, "nth": 4}, {"type": "status", "status": 408}),
    "429 with the window spent": ({"path": LATER, "nth": 2}, {"type": "status", "status": 429, "r": 0, "t": 0}),
    "429 with Retry-After": ({"path": LATER, "nth": 2}, {"type": "status", "status": 429, "retry_after": 0, "r": 99}),
    "429 of another limiter": ({"path": LATER, "nth": 2}, {"type": "status", "status": 429, "r": 99, "t": 200}),
    "429 bare": ({"path": LATER, "nth": 3}, {"type": "status", "status": 429, "bare": True}),
    "connection cut before headers": ({"path": LATER, "nth": [1, 2]}, {"type": "drop", "when": "before"}),
    "connection cut after headers": ({"path": LATER, "nth": 3}, {"type": "drop", "when": "headers"}),
    "connection reset": ({"path": LATER, "nth": 3}, {"type": "drop", "reset": True}),
    "body cut": ({"path": LATER, "nth": 2}, {"type": "truncate", "at": 0.5}),
    "body cut, and says so": ({"path": LATER, "nth": 2}, {"type": "truncate", "at": 0.7, "honest": True}),
    "body cut to nothing": ({"path": LATER, "nth": 2}, {"type": "truncate", "bytes": 0}),
    "wrong length": ({"path": LATER, "nth": 2}, {"type": "content_length", "delta": 100}),
    "stalled body": ({"path": LATER, "nth": 2}, {"type": "stall", "seconds": 4, "where": "body"}),
    "stalled headers": ({"path": LATER, "nth": 2}, {"type": "stall", "seconds": 4, "where": "headers"}),
    "chunked": ({"path": LATER, "nth": 2}, {"type": "chunked", "size": 100}),
    "chunked without end": ({"path": LATER, "nth": 2}, {"type": "chunked", "size": 100, "unfinished": True}),
    "garbage": ({"path": LATER, "nth": 2}, {"type": "garbage", "seed": 3}),
    "an HTML page with 502": ({"path": LATER, "nth": 2}, {"type": "html"}),
    "an HTML page with 200": ({"path": LATER, "nth": 2}, {"type": "html", "status": 200}),
    "an empty page": ({"path": LATER, "nth": 4}, {"type": "empty"}),
    "an object for a page": ({"path": LATER, "nth": 4}, {"type": "empty", "body": '{"error":"no"}'}),
    "no link": ({"path": LATER, "nth": 4}, {"type": "link", "mode": "absent"}),
    "the same link": ({"path": LATER, "nth": 4}, {"type": "link", "mode": "same"}),
    "a relative link": ({"path": LATER, "nth": 4}, {"type": "link", "mode": "relative"}),
    "a foreign link": ({"path": LATER, "nth": 4}, {"type": "link", "mode": "foreign"}),
    "rows of the page before": ({"path": LATER, "nth": 4}, {"type": "duplicate", "rows": 3}),
    "rows out of order": ({"path": LATER, "nth": 4}, {"type": "reorder", "row": 3}),
    "a loop of redirects": ({"path": LATER, "nth": 4}, {"type": "redirect_loop"}),
    "a redirect to another host": ({"path": LATER, "nth": 4}, {"type": "redirect_host"}),
    "an expired cursor": ({"path": LATER, "nth": 5}, {"type": "status", "status": 400, "body": '{"error":"Invalid cursor"}'}),
    "revoked while walking": ({"path": LATER, "nth": 4}, {"type": "revoke"}),
    "revoked while resolving": ({"path": INFO, "nth": 2}, {"type": "revoke"}),
    "a refused field": ({"path": LATER, "nth": 6}, {"type": "status", "status": 500, "body": "<html>"}),
}

# Faults of documents: those cost the document or the field, and nothing else.
SPOILT = {
    "wrong types": ({"path": LATER, "nth": 2}, {"type": "malformed", "row": 3, "fields": {"tags": 5}}),
    "every type wrong": ({"path": LATER, "nth": 2}, {"type": "malformed", "row": 3}),
    "no _id": ({"path": LATER, "nth": 2}, {"type": "malformed", "row": 3, "remove": ["_id"]}),
    "nested without end": ({"path": LATER, "nth": 2}, {"type": "deep", "row": 3}),
    "invalid UTF-8": ({"path": LATER, "nth": 2}, {"type": "utf8", "row": 3}),
}


@unittest.skipUnless((HUB / "replay_hub.py").exists(), f"SKIPPED: no replay hub in {HUB}")
class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="stemma-faults-"))
        cls.documents = cls.folder / "hub.ndjson"
        generate(cls.documents, 400)
        cls.aliases = cls.folder / "aliases.json"
        cls.aliases.write_text(json.dumps(ghosts_aliases(cls.documents)))
        cls.hubs = [cls.open_hub() for _ in range(2)]
        whole = cls.folder / "whole"
        done = crawl(whole, cls.hubs[0], "--page-size", 20)
        assert done.returncode == 0, done.stderr
        cls.expected = snapshot(whole)
        cls.totals = stats(whole)

    @classmethod
    def open_hub(cls, *options):
        return Hub(cls.documents, "--aliases", cls.aliases, "--quota", "1000000", "--token", "hf_secret:1000000", *options)

    @classmethod
    def tearDownClass(cls):
        for hub in cls.hubs:
            hub.stop()
        shutil.rmtree(cls.folder)

    def until_published(self, hub, data, faults, attempts=6, heal_after=3):
        """Crawls again and again, as an operator's timer would; the hub heals after a while."""
        hub.admin("reset", {})
        hub.admin("faults", faults)
        for attempt in range(attempts):
            if attempt == heal_after:
                hub.admin("faults", [])
            if attempt > 0:
                hub.admin("reset", {}) if any(f["action"]["type"] == "revoke" for f in faults) else None
            done = crawl(data, hub, "--page-size", 20)
            self.assertIn(done.returncode, (0, 1), done.stderr)
            if done.returncode == 0:
                return attempt
            self.assertTrue(done.stderr.strip(), "a failure without a word")
            self.assertIsNone(snapshot(data), "a half walk was published")
        self.fail(f"never published: {done.stderr}")

    def test_each_fault_alone(self):
        for name, (match, action) in HARMLESS.items():
            with self.subTest(name):
                data = self.folder / "alone"
                shutil.rmtree(data, ignore_errors=True)
                self.until_published(self.hubs[0], data, [{"name": name, "match": match, "action": action}])
                self.assertEqual(snapshot(data), self.expected)
                if action["type"] != "revoke":
                    self.assertEqual(self.hubs[0].admin("stats")["query_file_requests"], 0)

    def test_spoilt_documents_cost_themselves(self):
        for name, (match, action) in SPOILT.items():
            with self.subTest(name):
                data = self.folder / "spoilt"
                shutil.rmtree(data, ignore_errors=True)
                self.until_published(self.hubs[0], data, [{"match": match, "action": action}])
                totals = stats(data)
                lost = self.totals["models"] - totals["models"]
                self.assertLessEqual(lost, 1)
                self.assertEqual(totals["rejected_documents"], lost)
                self.assertGreaterEqual(sum(totals["unread_fields"].values()), 1, totals["unread_fields"])

    def test_random_faults(self):
        def one(seed):
            random_ = random.Random(seed)
            hub = self.hubs[seed % 2]
            faults = []
            for name, (match, action) in random_.sample(sorted(HARMLESS.items()), random_.randint(2, 6)):
                if action["type"] == "stall" and seed % 10:
                    continue  # they take seconds each
                path = random_.choice([LISTING, INFO, LATER])
                if name == "an expired cursor":
                    path = LATER  # of a name, a 400 is an answer: it cannot be asked for
                faults.append({"name": name, "action": action,
                               "match": {"path": path, "probability": random_.choice([0.03, 0.1, 0.3]), "seed": seed,
                                         "times": random_.randint(1, 4)}})
            data = self.folder / f"random{seed}"
            try:
                self.until_published(hub, data, faults, attempts=12, heal_after=8)
                return seed, snapshot(data) == self.expected, faults
            finally:
                shutil.rmtree(data, ignore_errors=True)

        def series(first):
            return [one(seed) for seed in range(first, SEEDS, 2)]

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for results in pool.map(series, range(2)):
                for seed, same, faults in results:
                    self.assertTrue(same, f"seed {seed} ended in another graph: {json.dumps(faults)}")

    def test_a_cut_listing_is_not_believed(self):
        data = self.folder / "cut"
        hub = self.hubs[0]
        hub.admin("reset", {})
        hub.admin("faults", [{"match": {"path": LATER, "from": 5}, "action": {"type": "empty"}}])
        done = crawl(data, hub, "--page-size", 20)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cut off", done.stderr)
        hub.admin("faults", [])
        self.assertEqual(crawl(data, hub, "--page-size", 20).returncode, 0)
        self.assertEqual(snapshot(data), self.expected)

    def test_an_expired_cursor_begins_again(self):
        data = self.folder / "expired"
        hub = self.hubs[0]
        hub.admin("reset", {})
        hub.admin("faults", [{"match": {"path": LATER, "from": 5}, "action": {"type": "status", "status": 400, "body": '{"error":"Invalid cursor"}'}}])
        self.assertEqual(crawl(data, hub, "--page-size", 20).returncode, 1)
        hub.admin("faults", [])
        self.assertEqual(crawl(data, hub, "--page-size", 20).returncode, 0)
        self.assertEqual(snapshot(data), self.expected)

    def test_the_token_stays_here(self):
        hub = self.hubs[0]
        data = self.folder / "token"
        hub.admin("reset", {})
        hub.admin("faults", [{"match": {"path": LATER, "nth": 3}, "action": {"type": "redirect_host"}},
                             {"match": {"path": LATER, "nth": 5}, "action": {"type": "link", "mode": "foreign"}},
                             {"match": {"path": LATER, "nth": 7}, "action": {"type": "status", "status": 418, "body": "hf_secret is a teapot"}}])
        outputs = []
        for _ in range(4):
            done = crawl(data, hub, "--page-size", 20, token="hf_secret")
            outputs += [done.stdout, done.stderr]
            if done.returncode == 0:
                break
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("hf_secret", "".join(outputs))
        self.assertEqual(hub.admin("stats")["second_port"]["with_authorization"], 0)
        for path in data.rglob("*"):
            if path.is_file():
                self.assertNotIn(b"hf_secret", path.read_bytes(), path)

    def test_a_quota_of_50_is_kept(self):
        for pace in ("0.8", "1"):
            with self.subTest(pace):
                hub = Hub(self.documents, "--quota", "50", "--window", "2")
                try:
                    data = self.folder / f"quota{pace}"
                    done = crawl(data, hub, "--page-size", 5, "--pace", pace)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    said = hub.admin("stats")
                    self.assertEqual((said["throttled"], said["ignored_limit"]), (0, 0))
                finally:
                    hub.stop()

    def test_two_crawls_exclude_each_other(self):
        hub = self.hubs[0]
        hub.admin("reset", {})
        hub.admin("faults", [{"match": {"path": LATER, "nth": 2}, "action": {"type": "stall", "seconds": 3, "where": "headers"}}])
        data = self.folder / "two"
        patient = [word for word in crawl_command(data, hub, "--page-size", 20)]
        patient[patient.index("--first-byte-timeout") + 1] = "60"
        first = subprocess.Popen(patient, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
        try:
            time.sleep(1.5)
            second = crawl(data, hub, "--page-size", 20)
            self.assertEqual(second.returncode, 1)
            self.assertIn(f"process {first.pid}", second.stderr)
        finally:
            self.assertEqual(first.wait(), 0)
        self.assertEqual(snapshot(data), self.expected)


@unittest.skipUnless((HUB / "replay_hub.py").exists(), f"SKIPPED: no replay hub in {HUB}")
class Walks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="stemma-walks-"))
        cls.documents = cls.folder / "hub.ndjson"
        generate(cls.documents, 50000)
        cls.hub = Hub(cls.documents, "--quota", "1000000")

    @classmethod
    def tearDownClass(cls):
        cls.hub.stop()
        shutil.rmtree(cls.folder)

    def test_three_kills(self):
        whole, data = self.folder / "whole", self.folder / "killed"
        begun = time.monotonic()
        self.assertEqual(crawl(whole, self.hub, "--max-lookups", 50).returncode, 0)
        took = time.monotonic() - begun
        self.hub.admin("reset", {})
        random_ = random.Random(7)
        for _ in range(3):
            process = subprocess.Popen(crawl_command(data, self.hub, "--max-lookups", 50), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
            time.sleep(random_.uniform(0.1, 0.5) * took)
            process.send_signal(signal.SIGKILL)
            process.wait()
        done = crawl(data, self.hub, "--max-lookups", 50)
        if snapshot(data, 2) is None:  # else a kill came after publishing, and the last crawl was another
            self.assertEqual(done.returncode, 0, done.stderr)
            pages = [r for r in self.hub.admin("log") if "/api/models?" in r.get("path", "")]
            self.assertLessEqual(len(pages), 50 + 3 + 4, "more than one page a kill was fetched again")
        self.assertEqual(snapshot(data), snapshot(whole))

    def test_memory_of_a_walk_is_flat(self):
        """What the walk itself holds does not grow with the pages: sampled early and late."""
        data = self.folder / "flat"
        command = crawl_command(data, self.hub, "--page-size", 200)
        environment = dict(ENVIRONMENT, ASAN_OPTIONS="quarantine_size_mb=1")
        self.hub.admin("reset", {})
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        samples = []  # (requests so far, resident KiB)
        try:
            while process.poll() is None:
                requests = self.hub.admin("stats")["requests"]
                try:
                    status = Path(f"/proc/{process.pid}/status").read_text()
                except OSError:
                    break
                resident = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")]
                if resident and requests < 250:
                    samples.append((requests, int(resident[0])))
                time.sleep(0.05)
        finally:
            process.wait()
        early = [kib for requests, kib in samples if 40 <= requests < 80]
        late = [kib for requests, kib in samples if requests >= 200]
        self.assertTrue(early and late, samples[-3:])
        self.assertLess(max(late) - max(early), 48 << 10, "resident KiB grew with the pages")


if __name__ == "__main__":
    result = unittest.main(exit=False, argv=[sys.argv[0], "-v"]).result
    # Nothing was tested: ctest is to say skipped, not passed.
    skipped = result.skipped and len(result.skipped) >= result.testsRun and result.wasSuccessful()
    sys.exit(77 if skipped else not result.wasSuccessful())
