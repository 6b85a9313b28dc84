"""What stemma-genhub promises: the same bytes for the same options, and a realistic hub."""

import collections
import datetime
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

GENHUB = sys.argv.pop(1)
MODELS = 20000
SHARES = {"finetune": 0.46, "adapter": 0.27, "quantized": 0.24, "merge": 0.03}

NIGHTLY = 5000  # models of the first of NIGHTS nights
NIGHTS = 36
# Other bytes here are other demos, benchmarks and golden answers.
LISTINGS = {
    "--models 13": "b3e7d8738368e7bda67be101588cb30629b248760a3d80fcb37642fe6ca6772a",
    "--models 3000 --seed 7": "f20e0c25736b6629d5bde02db322d4bd5dc8c3d78b9e9d5cf8490c987bdfd17e",
    "--models 20000": "e9d92e551f3b0c21257acb990100a3886d9143874829af5d67fa4cd2b85fd5a8",
}


def run(*options):
    return subprocess.run([GENHUB, *options], check=True, stdout=subprocess.PIPE).stdout


def claims(document):
    """Every name that the document gives for a parent, by where it stands."""
    tags = [tag[len("base_model:"):] for tag in document["tags"] if tag.startswith("base_model:")]
    card = document.get("cardData", {}).get("base_model", [])
    return {
        "typed": [tag.split(":", 1) for tag in tags if ":" in tag],
        "untyped": [tag for tag in tags if ":" not in tag],
        "card": [card] if isinstance(card, str) else card,
        "base_models": [m["id"] for m in document.get("baseModels", {}).get("models", [])],
    }


def relation(document):
    if "baseModels" in document:
        return document["baseModels"]["relation"]
    typed = claims(document)["typed"]
    return typed[0][0] if typed else "unspecified"


class Determinism(unittest.TestCase):
    def test_same_options_same_bytes(self):
        one = run("--models", "3000", "--seed", "7")
        self.assertEqual(one, run("--seed", "7", "--models", "3000"))

    def test_another_seed_is_another_hub(self):
        one = run("--models", "300", "--seed", "1")
        self.assertNotEqual(one, run("--models", "300", "--seed", "2"))

    def test_any_size(self):
        for models in ("1", "2", "5", "13", "100"):
            self.assertEqual(run("--models", models).count(b"\n"), int(models))

    def test_one_listing_is_what_it_always_was(self):
        for options, digest in LISTINGS.items():
            self.assertEqual(hashlib.sha256(run(*options.split())).hexdigest(), digest, options)

    def test_wrong_call(self):
        for options in (["--models", "0"], ["--unknown"], ["--start", "2026-01-01"], ["--stall", "2"]):
            done = subprocess.run([GENHUB, *options], capture_output=True)
            self.assertEqual(done.returncode, 2)


class Hub(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.documents = [json.loads(line) for line in run("--models", str(MODELS)).splitlines()]
        cls.names = {document["id"] for document in cls.documents}
        cls.claims = [claims(document) for document in cls.documents]
        cls.declaring = [d for d, c in zip(cls.documents, cls.claims) if any(c.values())]

    def share(self, count, of):
        return count / len(of)

    def test_every_document_is_marked_and_in_order(self):
        self.assertEqual(len(self.documents), MODELS)
        before = ""
        for document in self.documents:
            self.assertEqual(document["generated"], "stemma-genhub")
            self.assertRegex(document["_id"], "^[0-9a-f]{24}$")
            self.assertGreater(document["_id"], before)
            before = document["_id"]
            self.assertRegex(document["createdAt"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$")
            self.assertLessEqual(document["createdAt"], document["lastModified"])
            self.assertRegex(document["sha"], "^[0-9a-f]{40}$")
            self.assertTrue(document["id"].startswith(document["author"] + "/"))
            self.assertIn(document["gated"], (False, "auto", "manual"))
            self.assertGreaterEqual(document["downloadsAllTime"], document["downloads"])

    def test_names_are_unique_and_valid(self):
        folded = {name.lower() for name in self.names}
        self.assertEqual(len(folded), MODELS)
        for name in self.names:
            self.assertRegex(name, r"^[\w.-]{1,96}/[\w.-]{1,96}$")

    def test_parents_with_an_id_are_models_of_the_hub(self):
        by_id = {document["_id"]: document["id"] for document in self.documents}
        for document in self.documents:
            for parent in document.get("baseModels", {}).get("models", []):
                self.assertEqual(by_id[parent["_id"]], parent["id"])

    def test_shares(self):
        self.assertAlmostEqual(self.share(len(self.declaring), self.documents), 0.42, delta=0.02)
        count = collections.Counter(relation(document) for document in self.declaring)
        for word, share in SHARES.items():
            is_share = self.share(count[word], self.declaring)
            self.assertAlmostEqual(is_share, share, delta=0.03, msg=word)

    def test_merges_have_two_to_sixty_five_parents(self):
        merges = [document for document in self.documents if relation(document) == "merge"]
        parents = [len(claims(document)["typed"]) for document in merges]
        self.assertGreaterEqual(min(parents), 2)
        self.assertEqual(max(parents), 65)
        self.assertGreater(sum(count <= 4 for count in parents) / len(parents), 0.8)

    def test_qwen_has_a_fifth_of_the_descendants_and_some_lines_are_long(self):
        children = collections.defaultdict(list)
        for document, claim in zip(self.documents, self.claims):
            for parent in set(claim["base_models"] + claim["card"]) & self.names:
                children[parent].append(document["id"])
        depth = {name: 0 for name in self.names if name.startswith("Qwen/")}
        roots = len(depth)
        queue = collections.deque(depth)
        while queue:
            name = queue.popleft()
            for child in children[name]:
                if child not in depth:
                    depth[child] = depth[name] + 1
                    queue.append(child)
        self.assertAlmostEqual(self.share(len(depth) - roots, self.declaring), 0.20, delta=0.04)
        counts = sorted(map(len, children.values()), reverse=True)
        tenth = len(counts) // 10
        self.assertGreater(sum(counts[:tenth]), 0.4 * sum(counts))

        # How deep the longest line of first parents is.
        first = {}
        for document, claim in zip(self.documents, self.claims):
            if claim["base_models"]:
                first[document["id"]] = claim["base_models"][0]
        longest = 0
        for name in self.names:
            line = set()
            while name in first and name not in line:
                line.add(name)
                name = first[name]
            longest = max(longest, len(line))
        self.assertGreaterEqual(longest, 30)
        self.assertLessEqual(longest, 42)

    def test_oddities_are_there(self):
        folded = {name.lower() for name in self.names}
        seen = collections.Counter()
        first = {}
        for document, claim in zip(self.documents, self.claims):
            if claim["untyped"] and not claim["typed"]:
                seen["untyped tag only"] += 1
            if claim["card"] and not claim["untyped"]:
                seen["card only"] += 1
            for name in set(claim["card"] + claim["untyped"]):
                if name == document["id"]:
                    seen["self reference"] += 1
                elif name.startswith("."):
                    seen["no name"] += 1
                elif name not in self.names:
                    seen["letter case" if name.lower() in folded else "ghost"] += 1
            if "meta-llama/Meta-Llama-3.1-8B" in claim["card"]:
                seen["old name"] += 1
            models = document.get("baseModels", {}).get("models", [])
            first[document["_id"]] = [model["_id"] for model in models]
        for model, parents in first.items():
            for parent in parents:
                seen["child older than parent"] += parent > model
                seen["cycle"] += model in first[parent]
        for oddity in ("untyped tag only", "card only", "self reference", "no name", "letter case",
                       "ghost", "old name", "child older than parent", "cycle"):
            self.assertGreater(seen[oddity], 0, oddity)
        self.assertLess(seen["self reference"], 40)
        self.assertLess(seen["cycle"], 40)

    def test_one_author_has_a_burst(self):
        days = collections.Counter(
            (document["author"], document["createdAt"][:10]) for document in self.declaring)
        (_, most), (_, second) = days.most_common(2)
        self.assertGreaterEqual(most, MODELS // 60)
        self.assertGreater(most, 10 * second)

    def test_downloads_are_heavy_tailed(self):
        downloads = sorted((document["downloads"] for document in self.documents), reverse=True)
        self.assertGreater(sum(downloads[: MODELS // 100]), 0.5 * sum(downloads))
        self.assertGreater(downloads.count(0), MODELS // 10)



def counts(document):
    return document["downloads"], document["downloadsAllTime"]


class Nights:
    """A run with --nights: its files, and what is in them."""

    def __init__(self, *options, models=NIGHTLY, nights=NIGHTS):
        with tempfile.TemporaryDirectory() as directory:
            out = pathlib.Path(directory) / "made" / "nights"
            done = subprocess.run([GENHUB, "--models", str(models), "--nights", str(nights), "--out", str(out), *options],
                                  check=True, capture_output=True)
            self.files = {path.name: path.read_bytes() for path in sorted(out.iterdir())}
        self.stdout, self.stderr = done.stdout, done.stderr.decode()
        self.events = [line.split("\t") for line in self.files.pop("events.tsv").decode().splitlines()]
        self.raw = list(self.files.values())
        self.read = {}

    def night(self, number):
        """The night's documents by _id, in their order."""
        if number not in self.read:
            documents = map(json.loads, self.raw[number - 1].splitlines())
            self.read[number] = {document["_id"]: document for document in documents}
        return self.read[number]

    def differs_from(self, other):
        return [number for number, (mine, its) in enumerate(zip(self.raw, other.raw), 1) if mine != its]


class OrdinaryNights(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.made = Nights()
        cls.nights = [cls.made.night(number) for number in range(1, NIGHTS + 1)]
        cls.dates = [datetime.date.fromisoformat(name.removesuffix(".ndjson")) for name in cls.made.files]
        cls.pairs = list(zip(cls.dates[1:], cls.nights, cls.nights[1:]))

    def test_a_file_a_night_and_the_last_is_the_22nd(self):
        last = datetime.date(2026, 11, 22)
        self.assertEqual(self.dates, [last - datetime.timedelta(days=NIGHTS - 1 - i) for i in range(NIGHTS)])
        self.assertEqual(self.made.events, [])
        self.assertEqual(self.made.stdout, b"")

    def test_same_options_same_bytes(self):
        again = Nights()
        self.assertEqual(self.made.files, again.files)
        self.assertEqual(self.made.stderr, again.stderr)
        self.assertNotEqual(self.made.raw[0], Nights("--seed", "2", nights=1).raw[0])

    def test_no_night_depends_on_how_many_follow(self):
        self.assertEqual(Nights("--start", str(self.dates[0]), nights=12).raw, self.made.raw[:12])

    def test_the_first_of_nights_that_ends_the_last_is_the_plain_listing(self):
        self.assertEqual(Nights(nights=1).raw[0], run("--models", str(NIGHTLY)))

    def test_new_models_are_the_newest_and_of_that_day(self):
        self.assertEqual(len(self.nights[0]), NIGHTLY)
        for date, before, after in self.pairs:
            new = [document for _id, document in after.items() if _id not in before]
            self.assertEqual(len(new), NIGHTLY // 1000)
            day = (date - datetime.timedelta(days=1)).isoformat()
            for document in new:
                self.assertEqual(document["createdAt"][:10], day)
                self.assertLess(document["lastModified"], date.isoformat())
                self.assertGreater(document["_id"], max(before))
                self.assertEqual(int(document["_id"][:8], 16), datetime.datetime.fromisoformat(
                    document["createdAt"].replace("Z", "+00:00")).timestamp())
                self.assertEqual(*counts(document))
                self.assertEqual(document["likes"], 0)

    def test_every_night_is_in_order_and_valid(self):
        for date, night in zip(self.dates, self.nights):
            self.assertEqual(list(night), sorted(night))
            self.assertEqual(len({document["id"].lower() for document in night.values()}), len(night))
            for document in night.values():
                self.assertLessEqual(document["createdAt"], document["lastModified"])
                self.assertLess(document["lastModified"], date.isoformat() + "T00:00:01")
                self.assertGreaterEqual(document["downloadsAllTime"], document["downloads"])

    def test_gone_models_stay_gone(self):
        seen, listed, gone = set(), set(), 0
        for night in self.nights:
            gone += len(listed - set(night))
            self.assertFalse((seen - listed) & set(night))
            listed = set(night)
            seen |= listed
        self.assertEqual(gone, NIGHTLY * 3 * (NIGHTS - 1) // 10000)

    def test_a_small_hub_loses_a_model_now_and_then(self):
        small = Nights(models=100, nights=13)
        self.assertEqual(len(small.night(13)), 100 + 12 - 4)
        self.assertEqual(len(Nights(models=1, nights=13).night(13)), 13)

    def test_the_lineage_is_one_hub(self):
        for night in (self.nights[0], self.nights[-1]):
            declaring = [document for document in night.values() if any(claims(document).values())]
            self.assertAlmostEqual(len(declaring) / len(night), 0.42, delta=0.02)
        ids = {_id for night in self.nights for _id in night}
        arrived = [d for _id, d in self.nights[-1].items() if _id not in self.nights[0]]
        parents = [m for d in arrived for m in d.get("baseModels", {}).get("models", [])]
        self.assertGreater(len(parents), len(arrived) // 5)
        for night in self.nights:
            newest = max(night)
            for document in night.values():
                for parent in document.get("baseModels", {}).get("models", []):
                    self.assertIn(parent["_id"], ids)
                    # Whoever is named was there already, though it may be gone by now.
                    self.assertLessEqual(parent["_id"], newest)

    def test_nearly_half_of_the_counts_move(self):
        moved = compared = 0
        for _, before, after in self.pairs:
            both = before.keys() & after.keys()
            compared += len(both)
            moved += sum(counts(before[i]) + (before[i]["likes"],) != counts(after[i]) + (after[i]["likes"],) for i in both)
        self.assertGreater(moved / compared, 0.40)
        self.assertLess(moved / compared, 0.52)
        told = re.fullmatch(r"stemma-genhub: 36 nights, from 5000 models; the counts of ([\d.]+) % moved in an "
                            r"ordinary night\n", self.made.stderr)
        self.assertAlmostEqual(float(told[1]), 100 * moved / compared, delta=0.051)

    def test_only_counts_move(self):
        for _, before, after in self.pairs[::7]:
            for _id in before.keys() & after.keys():
                moving = ("downloads", "downloadsAllTime", "likes")
                self.assertEqual(*({k: v for k, v in night[_id].items() if k not in moving} for night in (before, after)))

    def test_all_time_never_falls_and_the_month_is_its_growth(self):
        for _, before, after in self.pairs:
            for _id in before.keys() & after.keys():
                grown = after[_id]["downloadsAllTime"] - before[_id]["downloadsAllTime"]
                self.assertGreaterEqual(grown, 0)
                self.assertLessEqual(after[_id]["downloads"], before[_id]["downloads"] + grown)
        for then, now in zip(self.nights, self.nights[30:]):
            for _id, document in now.items():
                then_all_time = then[_id]["downloadsAllTime"] if _id in then else 0
                if _id in then or _id not in self.nights[0]:
                    self.assertEqual(document["downloads"], document["downloadsAllTime"] - then_all_time)

    def test_a_day_is_a_thirtieth_of_a_month_and_less_at_weekends(self):
        by_weekday = collections.defaultdict(list)
        for date, before, after in self.pairs:
            both = before.keys() & after.keys()
            made = sum(after[i]["downloadsAllTime"] - before[i]["downloadsAllTime"] for i in both)
            month = sum(before[i]["downloads"] for i in both)
            self.assertGreater(made * 30 / month, 0.5)
            self.assertLess(made * 30 / month, 1.6)
            by_weekday[(date - datetime.timedelta(days=1)).weekday()].append(made)
        mean = {weekday: sum(made) / len(made) for weekday, made in by_weekday.items()}
        weekend = (mean[5] + mean[6]) / 2
        self.assertLess(weekend, 0.9 * sum(mean[day] for day in range(5)) / 5)

    def test_the_unused_mostly_stay_unused(self):
        unused = [i for i, document in self.nights[0].items() if document["downloads"] == 0 and i in self.nights[-1]]
        self.assertGreater(sum(self.nights[-1][i]["downloads"] == 0 for i in unused), 0.8 * len(unused))

    def test_likes_move_rarely(self):
        steps = collections.Counter()
        for _, before, after in self.pairs:
            for _id in before.keys() & after.keys():
                steps[after[_id]["likes"] - before[_id]["likes"]] += 1
        self.assertEqual(min(steps), -1)
        self.assertGreater(steps[0] / sum(steps.values()), 0.97)


class EventNights(unittest.TestCase):
    nights = 12

    @classmethod
    def setUpClass(cls):
        cls.plain = Nights(nights=cls.nights)

    def with_events(self, *options):
        events = Nights(*options, nights=self.nights)
        for event in events.events:
            self.assertEqual(event[1] + ".ndjson", list(events.files)[int(event[0]) - 1])
        return events

    def moved_share(self, one, two):
        both = one.keys() & two.keys()
        return sum(counts(one[i]) != counts(two[i]) for i in both) / len(both)

    def of_one_model(self, option, night):
        """The run, the event's line, and the model with and without the event, night by night."""
        events = self.with_events(option, str(night))
        (event,) = events.events
        self.assertEqual((event[0], event[2]), (str(night), option[2:]))
        self.assertEqual(events.differs_from(self.plain), list(range(night, self.nights + 1)))
        with_it, without = [], []
        for number in range(1, self.nights + 1):
            mine, its = events.night(number), self.plain.night(number)
            self.assertEqual(list(mine), list(its))
            if option != "--rename":
                self.assertEqual({i for i in mine if mine[i] != its[i]}, {event[3]} if number >= night else set())
            with_it.append(mine[event[3]])
            without.append(its[event[3]])
        return events, event, with_it, without

    def test_stall(self):
        events = self.with_events("--stall", "4")
        self.assertEqual(events.events, [["4", events.events[0][1], "stall", "-", "-"]])
        self.assertEqual(events.differs_from(self.plain), [4])
        before, night, after = (events.night(number) for number in (3, 4, 5))
        self.assertLess(self.moved_share(before, night), 0.03)
        self.assertGreater(self.moved_share(before, night), 0.003)
        self.assertGreater(self.moved_share(night, after), 0.44)

    def test_two_stalls_in_a_row(self):
        events = self.with_events("--stall", "4", "--stall", "5", "--stall", "5")
        self.assertEqual([event[0] for event in events.events], ["4", "5"])
        self.assertEqual(events.differs_from(self.plain), [4, 5])
        self.assertLess(self.moved_share(events.night(3), events.night(5)), 0.06)

    def test_rollback(self):
        events = self.with_events("--rollback", "8", "--rollback", "2")
        self.assertEqual(events.differs_from(self.plain), [2, 8])
        for number, then in ((8, 5), (2, 1)):
            night, earlier = events.night(number), self.plain.night(then)
            self.assertEqual(self.moved_share(night, earlier), 0)
            self.assertEqual(list(night), list(self.plain.night(number)))

    def test_recount(self):
        _, event, with_it, without = self.of_one_model("--recount", 6)
        self.assertEqual(event[4], with_it[0]["id"])
        self.assertAlmostEqual(with_it[5]["downloadsAllTime"] / without[5]["downloadsAllTime"], 0.6, delta=0.001)
        self.assertLess(with_it[5]["downloadsAllTime"], 0.65 * with_it[4]["downloadsAllTime"])
        lost = without[5]["downloadsAllTime"] - with_it[5]["downloadsAllTime"]
        for mine, its in zip(with_it[5:], without[5:]):
            self.assertEqual(its["downloadsAllTime"] - mine["downloadsAllTime"], lost)
            self.assertEqual(its["downloads"], mine["downloads"])
            self.assertGreaterEqual(mine["downloadsAllTime"], mine["downloads"])
        sizes = sorted((document["downloadsAllTime"] for document in self.plain.night(1).values()), reverse=True)
        self.assertGreaterEqual(with_it[0]["downloadsAllTime"], sizes[100])

    def test_spike(self):
        _, event, with_it, without = self.of_one_model("--spike", 6)
        self.assertEqual(event[4], with_it[0]["id"])
        for mine, its in zip(with_it[5:], without[5:]):
            self.assertEqual([m - i for m, i in zip(counts(mine), counts(its))], [500000, 500000])
        sizes = sorted((document["downloads"] for document in self.plain.night(1).values()), reverse=True)
        self.assertLess(with_it[0]["downloads"], sizes[NIGHTLY // 20])

    def test_a_spike_leaves_the_month_again(self):
        spike, plain = Nights("--spike", "2", nights=33), Nights(nights=33)
        model = spike.events[0][3]
        added = [spike.night(n)[model]["downloads"] - plain.night(n)[model]["downloads"] for n in (1, 2, 31, 32, 33)]
        self.assertEqual(added, [0, 500000, 500000, 0, 0])

    def test_rename(self):
        events, event, with_it, without = self.of_one_model("--rename", 6)
        _, _, _, model, old, new = event
        self.assertEqual([document["id"] for document in with_it], [old] * 5 + [new] * (self.nights - 5))
        self.assertEqual([document["id"] for document in without], [old] * self.nights)
        night, plain = events.night(6), self.plain.night(6)
        self.assertEqual([document["id"] for document in night.values()].count(new), 1)
        derivatives = 0
        for _id, document in night.items():
            if _id == model:
                continue
            self.assertEqual(document["id"], plain[_id]["id"])
            self.assertEqual(document["tags"], plain[_id]["tags"])
            self.assertEqual(document.get("cardData"), plain[_id].get("cardData"))
            claim = claims(document)
            derivatives += old in claim["untyped"] and old in claim["card"]
            for parent in document.get("baseModels", {}).get("models", []):
                if parent["_id"] == model:
                    self.assertEqual(parent["id"], new)
        self.assertGreater(derivatives, 0)

    def test_partial(self):
        events = self.with_events("--partial", "6")
        self.assertEqual(events.differs_from(self.plain), [6])
        part, whole = events.raw[5].splitlines(), self.plain.raw[5].splitlines()
        self.assertAlmostEqual(len(part) / len(whole), 1 / 3, delta=0.03)
        self.assertLess(set(part), set(whole))

    def test_many_events(self):
        options = "--stall 4 --rollback 8 --recount 3 --recount 9 --spike 2 --spike 2 --rename 5 --rename 6 --partial 11".split()
        events = self.with_events(*options)
        self.assertEqual([(event[0], event[2]) for event in events.events], [
            ("2", "spike"), ("3", "recount"), ("4", "stall"), ("5", "rename"), ("6", "rename"), ("8", "rollback"),
            ("9", "recount"), ("11", "partial")])
        self.assertEqual(events.files, self.with_events(*options).files)
        self.assertNotIn("no model", events.stderr)


class WrongNights(unittest.TestCase):
    def refused(self, code, sentence, *options, models=100):
        done = subprocess.run([GENHUB, "--models", str(models), *options], capture_output=True, text=True)
        self.assertEqual(done.returncode, code, options)
        self.assertIn(sentence, done.stderr)
        self.assertEqual(done.stdout, "")

    def test_what_is_refused(self):
        with tempfile.TemporaryDirectory() as directory:
            out = pathlib.Path(directory) / "out"
            nights = ("--nights", "5", "--out", str(out))
            self.refused(2, "--out DIR", "--nights", "5")
            self.refused(2, "--nights", "--nights", "0", "--out", str(out))
            self.refused(2, "--stall 6: there are only the nights 1 to 5", *nights, "--stall", "6")
            self.refused(2, "--partial 0: there are only the nights 1 to 5", *nights, "--partial", "0")
            self.refused(2, "--rollback 1: no night comes before it", *nights, "--rollback", "1")
            self.refused(2, "cannot stall and roll back at once", *nights, "--rollback", "2", "--stall", "2")
            self.refused(2, "a date like", *nights, "--start", "2026-02-30")
            self.refused(2, "must be from 2022-04-01", *nights, "--start", "2022-03-31")
            self.refused(2, "no model of so small a hub", *nights, "--rename", "2", models=1)
            self.assertFalse(out.exists())

    def test_what_cannot_be_written(self):
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory) / "file"
            file.write_text("here first")
            self.refused(1, "cannot write", "--nights", "2", "--out", str(file))
            self.refused(1, "cannot write", "--nights", "2", "--out", str(file / "below"))
            self.assertEqual(file.read_text(), "here first")
            full = pathlib.Path(directory) / "full"
            (full / "2026-11-22.ndjson" / "in the way").mkdir(parents=True)
            self.refused(1, "cannot write", "--nights", "1", "--out", str(full))
            self.assertEqual([path.name for path in full.iterdir()], ["2026-11-22.ndjson"])

    def test_early_nights(self):
        early = Nights("--start", "2022-04-01", models=2000, nights=3)
        self.assertEqual(list(early.files)[0], "2022-04-01.ndjson")
        for document in early.night(1).values():
            self.assertLess(document["lastModified"], "2022-04-01T00:00:01")


if __name__ == "__main__":
    unittest.main()
