#!/usr/bin/env python3
"""Adoption night by night, end to end: real series against a slow reading of the definitions, and nights of a made-up hub.

The series need recorded hub data ($STEMMA_HUB_DATA, or beside the checkout) and are skipped without it; the nights need nothing.
Usage: adoption_test.py BUILD_DIR [real]
"""

import collections
import csv
import gzip
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HUB = Path(os.environ.get("STEMMA_HUB_DATA", ROOT.parent / "shared" / "hub"))
BUILD = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "dev")
STEMMA = BUILD / "tools" / "stemma"
GENHUB = BUILD / "tools" / "stemma-genhub"
SERIES = HUB / "data" / "daily-downloads-neuralmagic.csv.gz"
WEEKS = sorted((HUB / "data" / "msc-2025").glob("*.ndjson.zst"))
RADAR = sorted((HUB / "data" / "radar-2026").glob("*.ndjson.zst"))
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "STEMMA_DATA"))}


def stemma(data, *arguments, check=True, **options):
    done = subprocess.run([STEMMA, "--data", data, *map(str, arguments)], capture_output=True, text=True, env=ENVIRONMENT, **options)
    if check and done.returncode != 0:
        raise AssertionError(f"stemma {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stderr}")
    return done


def answer(data, *arguments):
    return json.loads(stemma(data, *arguments, "--json").stdout)


class Server:
    def __init__(self, data, *arguments):
        self.process = subprocess.Popen([STEMMA, "--data", data, "serve", "--listen", "127.0.0.1:0", *arguments], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, env=ENVIRONMENT)
        self.port = int(self.process.stdout.readline().strip().rsplit(":", 1)[1])

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        if response.status != 200:
            raise AssertionError(f"{path}: {response.status} {body[:300]}")
        return json.loads(body)

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.process.stdout.close()


def seconds(text):
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


DAY = 86400


def slow_flags(nights):
    """The flags of whole snapshots: {date: [flag]} of {date: {name: (30 days, all time, ...)}}."""
    flags = {}
    dates = sorted(nights)
    for before, now in zip([None, *dates], dates):
        large = [n for n, c in nights[now].items() if c[0] >= 1000 and before and n in nights[before]]
        stood = sum(nights[now][n][1] == nights[before][n][1] for n in large)
        fell = sum(nights[now][n][1] < nights[before][n][1] for n in large)
        flags[now] = []
        if len(large) >= 50:
            flags[now] += ["stall"] * (2 * stood >= len(large)) + ["rollback"] * (20 * fell >= len(large))
    return flags


def slow_points(series):
    """What the definitions say of one model's observations [(time, 30 days, all time, usable)], created long ago."""
    usable = [i for i in range(len(series)) if series[i][3]]
    weeks = {}
    for t in usable:
        time, recent, total, _ = series[t]
        references = [i for i in usable if time - 17 * DAY <= series[i][0] <= time - 7 * DAY]
        weeks[t] = None
        if references:
            r = references[-1]
            between = [i for i in usable if r <= i <= t]
            if all(series[b][2] >= series[a][2] for a, b in zip(between, between[1:])):
                exact = Fraction((total - series[r][2]) * 7 * DAY, time - series[r][0])
                weeks[t] = min(max(0, int(exact + Fraction(1, 2))), recent)
    points = []
    for t, (time, recent, total, good) in enumerate(series):
        flags = []
        distances = [series[i][0] - series[i - 1][0] for i in range(1, t + 1)]
        if distances and distances[-1] > 1.5 * statistics.median_low(distances):
            flags.append("gap")
        if not good:
            points.append((None, None, None, flags))
            continue
        past = [i for i in usable if i < t]
        earlier = []
        for step in (7, 14, 21):
            found = [i for i in past if time - (step + 10) * DAY <= series[i][0] <= time - step * DAY]
            earlier.append(weeks[found[-1]] if found else None)
        growth = None
        if weeks[t] is not None and None not in earlier:
            mean = Fraction(sum(earlier), 3)
            growth = float(weeks[t] / mean - 1) if mean >= 100 else None
        window = [i for i in [*past, t] if series[i][0] >= time - 7 * DAY]
        steps = [series[b][2] - series[a][2] for a, b in zip(window, window[1:])]
        spike = max(steps) / sum(steps) if len(steps) >= 3 and sum(steps) > 0 else None
        if past and total < series[past[-1]][2]:
            flags.append("recount")
        old = [i for i in past if series[i][0] <= time - 31 * DAY]
        if old and series[old[-1]][2] == total and recent > 0:
            flags.append("stale")
        points.append((weeks[t], growth, spike, flags))
    return points


@unittest.skipUnless(SERIES.exists(), f"SKIPPED: no recorded hub data at {HUB} (set STEMMA_HUB_DATA)")
class RealSeries(unittest.TestCase):
    """Half a year of days of 335 real models, with gaps of days and months and with recounts."""

    def test_derived_values_are_those_of_a_slow_reading(self):
        rows = collections.defaultdict(dict)
        with gzip.open(SERIES, "rt") as file:
            for row in csv.DictReader(file):
                if "2025-01-25" <= row["date"] <= "2025-07-12":
                    rows[row["date"]][row["model_id"]] = (int(row["downloads"]), int(row["downloads_all_time"]), int(row["likes"]))
        names = sorted({name for night in rows.values() for name in night})
        with tempfile.TemporaryDirectory() as work:
            data = Path(work) / "data"
            families = Path(work) / "families.toml"
            families.write_text('[[family]]\nname = "nm"\nlabel = "NM"\nowners = ["neuralmagic"]\n')
            for date, night in sorted(rows.items()):
                lines = "".join(json.dumps({"_id": f"{names.index(name) + 1:024x}", "id": name, "downloads": counts[0], "likes": counts[2],
                                            "downloadsAllTime": counts[1], "createdAt": "2022-03-02T23:29:04.000Z"}) + "\n"
                                for name, counts in night.items())
                stemma(data, "--families", families, "import", "-", "--observed-at", date, input=lines)
            server = Server(data, "--families", families)
            try:
                whole = slow_flags(rows)
                sums = collections.Counter()
                seen = collections.Counter()
                for name in names:
                    dates = [date for date in sorted(rows) if name in rows[date]]
                    series = [(seconds(date + "T00:00:00Z"), *rows[date][name][:2], not whole[date]) for date in dates]
                    body = server.get(f"/v1/models/{urllib.parse.quote(name)}/adoption")
                    self.assertEqual([(seconds(p["observed_at"]), p["downloads"], p["downloads_all_time"]) for p in body["points"]], [s[:3] for s in series])
                    for date, point, (week, growth, spike, flags) in zip(dates, body["points"], slow_points(series)):
                        where = (name, point["observed_at"])
                        self.assertEqual(point["downloads_7d"], week, where)
                        self.assertEqual(point["flags"], whole[date] + flags, where)
                        for field, value in (("growth", growth), ("spike_share", spike)):
                            self.assertEqual(point[field] is None, value is None, (where, field))
                            if value is not None:
                                self.assertAlmostEqual(point[field], value, delta=0.0001, msg=(where, field))
                            seen[field] += value is not None
                        seen.update(point["flags"])
                        seen["week"] += week is not None
                        if week is not None:
                            sums[point["observed_at"]] += week
                family = server.get("/v1/families/nm/adoption")
                for point in family["points"]:
                    self.assertEqual(point["official"]["downloads_7d"] or 0, sums[point["observed_at"]], point["observed_at"])
            finally:
                server.close()
            # None of these models is ever stale.
            for what in ("gap", "recount", "stall", "week", "growth", "spike_share"):
                self.assertGreater(seen[what], 0, what)


@unittest.skipUnless(WEEKS and RADAR, f"SKIPPED: no recorded hub data at {HUB} (set STEMMA_HUB_DATA)")
class RealStates(unittest.TestCase):
    def test_weeks_without_counts_and_hours_with_falling_ones(self):
        for states in (WEEKS[:3], RADAR[:4]):
            with tempfile.TemporaryDirectory() as work:
                data = Path(work) / "data"
                for state in states:
                    time = state.name.split(".")[0]
                    if "T" in time:
                        time = datetime.strptime(time, "%Y-%m-%dT%H%M%S").strftime("%Y-%m-%dT%H:%M:%SZ")
                    stemma(data, "import", state, "--observed-at", time, "--accept-shrink")
                points = answer(data, "adoption", "qwen")["points"]
                family = answer(data, "family", "qwen")
                self.assertEqual(points[-1]["derivatives"]["models"], family["derivatives"])
                self.assertEqual(points[-1]["derivatives"]["downloads"], family["downloads"]["derivatives"])
                self.assertEqual(points[-1]["official"]["models"], family["official"])
                for by in ("relation", "author", "license", "depth"):
                    body = answer(data, "adoption", "qwen", "--by", by, "--top", "1000")
                    for i in range(len(body["dates"])):
                        told = sum(s["values"][i] for s in body["series"]) + body["others"][i]
                        self.assertEqual(told, points[i]["derivatives"]["models"], (by, body["dates"][i]))


class MadeUpNights(unittest.TestCase):
    """Five weeks of a made-up hub in which everything happens that a hub does."""

    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.TemporaryDirectory()
        work = Path(cls.work.name)
        cls.nights = work / "nights"
        cls.data = work / "data"
        subprocess.run([GENHUB, "--models", "400", "--nights", "36", "--out", cls.nights, "--stall", "12", "--rollback", "18", "--recount", "22",
                        "--spike", "30", "--rename", "25", "--partial", "33"], check=True, capture_output=True)
        cls.files = sorted(cls.nights.glob("*.ndjson"))
        cls.events = {}
        for line in (cls.nights / "events.tsv").read_text().splitlines():
            night, date, event, hub_id, name, *rest = line.split("\t")
            cls.events[event] = (int(night), date, hub_id, rest[0] if rest else name)
        for number, file in enumerate(cls.files, 1):
            complete = [] if number == cls.events["partial"][0] else ["--complete"]
            stemma(cls.data, "import", file, "--observed-at", file.stem, *complete)
        cls.server = Server(cls.data)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        cls.work.cleanup()

    def listing(self, number):
        return {d["_id"]: d for d in map(json.loads, self.files[number - 1].read_text().splitlines())}

    def model(self, event):
        return self.server.get(f"/v1/models/{urllib.parse.quote(self.events[event][3])}/adoption")["points"]

    def test_series_are_what_the_listings_say(self):
        name = self.events["rename"][3]
        hub_id = self.events["rename"][2]
        points = self.model("rename")
        expected = [(n, l[hub_id]["downloads"], l[hub_id]["downloadsAllTime"]) for n in range(1, 37) if hub_id in (l := self.listing(n))]
        self.assertEqual([(p["snapshot"], p["downloads"], p["downloads_all_time"]) for p in points], expected, name)

    def test_flags(self):
        points = self.server.get("/v1/families/qwen/adoption")["points"]
        flags = {p["snapshot"]: p["flags"] for p in points}
        if self.large() >= 50:
            self.assertEqual(flags[12], ["stall"])
            self.assertEqual(flags[18], ["rollback"])
            for night in (12, 18):
                self.assertIsNone(points[night - 1]["official"]["downloads_7d"])
        self.assertEqual([n for n, f in flags.items() if f and n not in (12, 18)], [])
        self.assertIn("recount", {p["snapshot"]: p["flags"] for p in self.model("recount")}[22])
        spike = {p["snapshot"]: p for p in self.model("spike")}
        self.assertGreater(spike[30]["spike_share"], 0.9)

    def large(self):
        now, before = self.listing(12), self.listing(11)
        return sum(d["downloads"] >= 1000 and i in before for i, d in now.items())

    def test_breakdowns_add_up_on_every_night(self):
        whole = {}
        points = self.server.get("/v1/families/qwen/adoption")["points"]
        for metric in ("derivatives", "downloads", "downloads_all_time", "downloads_7d"):
            whole[metric] = [p["derivatives"]["models" if metric == "derivatives" else metric] for p in points]
        for by in ("relation", "author", "license", "library", "pipeline_tag", "quantizer", "series", "depth"):
            for metric, total in whole.items():
                body = self.server.get(f"/v1/families/qwen/adoption?by={by}&metric={metric}&top=3")
                for i, value in enumerate(total):
                    told = [s["values"][i] for s in body["series"]] + [body["others"][i]]
                    self.assertEqual(sum(v or 0 for v in told), value or 0, (by, metric, i))

    def test_membership_is_that_of_the_snapshot(self):
        points = self.server.get("/v1/families/llama/adoption")["points"]
        for number in (1, 9, 26, 36):
            family = self.server.get(f"/v1/families/llama?as_of={number}")
            self.assertEqual(points[number - 1]["derivatives"]["models"], family["derivatives"])
            self.assertEqual(points[number - 1]["derivatives"]["downloads"], family["downloads"]["derivatives"])

    def test_shares_add_up_to_the_hub(self):
        families = self.server.get("/v1/families?policy=fractional")
        total = families["other"]
        for family in families["items"]:
            point = self.server.get(f"/v1/families/{family['name']}/adoption?policy=fractional")["points"][-1]
            share = point["official"]["models"] + point["derivatives"]["models"]
            self.assertAlmostEqual(share, family["models"], delta=1e-9)
            total += share
        self.assertAlmostEqual(total, families["total"], delta=1e-6)

    def test_rolled_up_again_it_is_the_same(self):
        before = [self.server.get(path) for path in ("/v1/families/qwen/adoption", "/v1/leaderboards/growth", "/v1/leaderboards/authors")]
        self.assertIn("rolled up 36 snapshots, up to 36", stemma(self.data, "rollup", "--anew").stdout)
        after = [self.server.get(path) for path in ("/v1/families/qwen/adoption", "/v1/leaderboards/growth", "/v1/leaderboards/authors")]
        self.assertEqual(before, after)

    def test_commands(self):
        table = stemma(self.data, "adoption", "qwen", "--interval", "week").stdout
        self.assertIn("derivatives", table)
        self.assertRegex(table, "[▁▂▃▄▅▆▇█]{3}")
        self.assertEqual(answer(self.data, "adoption", "qwen", "--interval", "week"), self.server.get("/v1/families/qwen/adoption?interval=week"))
        self.assertEqual(answer(self.data, "compare", "qwen", "llama", "--metric", "downloads_7d"),
                         self.server.get("/v1/compare?families=qwen,llama&metric=downloads_7d"))
        self.assertEqual(answer(self.data, "leaderboard", "growth", "--family", "qwen"), self.server.get("/v1/leaderboards/growth?family=qwen"))
        self.assertEqual(answer(self.data, "growth", "qwen"), self.server.get("/v1/families/qwen/growth"))
        self.assertEqual(answer(self.data, "survival", "qwen"), self.server.get("/v1/families/qwen/survival"))
        for command in (["adoption", "qwen"], ["adoption", "qwen", "--by", "author"], ["adoption", self.events["spike"][3]], ["compare", "qwen", "phi"],
                        ["leaderboard"], ["growth", "qwen"], ["survival", "qwen"]):
            lines = list(csv.reader(stemma(self.data, *command, "--csv").stdout.splitlines()))
            self.assertGreater(len(lines), 1, command)
            self.assertEqual({len(line) for line in lines}, {len(lines[0])}, command)
        other = Path(self.work.name) / "other.toml"
        other.write_text('[[family]]\nname = "qwen"\nlabel = "Qwen"\nowners = ["someone-else"]\n')
        refused = stemma(self.data, "--families", other, "adoption", "qwen", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("rolled up with other families", refused.stderr)
        for wrong, code in ((["leaderboard", "growht"], 2), (["adoption", "qwen", "--from", "2026-02-01", "--to", "2026-01-01"], 2),
                            (["compare", "qwne"], 1), (["survival", self.events["spike"][3]], 2)):
            self.assertEqual(stemma(self.data, *wrong, check=False).returncode, code, wrong)


class Nightly(unittest.TestCase):
    def test_a_night_rolls_up_and_tells_what_is_unusual(self):
        with tempfile.TemporaryDirectory() as work:
            data, hub = Path(work) / "data", Path(work) / "hub"
            hub.mkdir()
            start = datetime(2026, 1, 1, tzinfo=timezone.utc)

            def night(number, models):
                (hub / "models.ndjson").write_text("".join(json.dumps(m) + "\n" for m in models))
                time = (start + timedelta(days=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
                return stemma(data, "nightly", "--hub", hub, "--observed-at", time, "--accept-shrink").stdout

            def model(number, name, downloads, total, parent=""):
                tags = [f"base_model:finetune:{parent}"] if parent else []
                created = (start + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
                return {"_id": f"{number:024x}", "id": name, "downloads": downloads, "downloadsAllTime": total, "tags": tags,
                        "createdAt": created, "likes": 0}

            base = [model(1, "Qwen/Qwen3-8B", 5000, 10000), model(2, "ann/top", 9000, 50000)]
            self.assertIn("Unusual in snapshot 1: nothing.", night(0, base))
            burst = [model(10 + i, f"bob/b{i}", 0, 0, "Qwen/Qwen3-8B") for i in range(25)]
            out = night(1, base + burst)
            self.assertIn("a burst: 15 new children of Qwen/Qwen3-8B by bob", out)
            self.assertIn("stemma children Qwen/Qwen3-8B --author bob", out)
            # The hub, asked for it, says that it is not there: gone at once.
            out = night(2, [base[0]] + burst)
            self.assertIn("ann/top is gone: it was number 1 with 9,000 downloads in 30 days", out)
            self.assertIn("stemma impact ann/top", out)
            crawls = stemma(data, "crawls").stdout
            self.assertIn("rolled up 1 snapshot, up to 3", crawls)


if __name__ == "__main__":
    wanted = sys.argv[2:]
    if wanted == ["real"]:
        if not SERIES.exists():
            print(f"SKIPPED: no recorded hub data at {HUB} (set STEMMA_HUB_DATA)")
            sys.exit(77)
        wanted = ["RealSeries", "RealStates"]
    unittest.main(argv=[sys.argv[0], *(wanted or ["MadeUpNights", "Nightly"])], verbosity=2)
