"""What stemma-genhub promises: the same bytes for the same options, and a realistic hub."""

import collections
import json
import subprocess
import sys
import unittest

GENHUB = sys.argv.pop(1)
MODELS = 20000
SHARES = {"finetune": 0.46, "adapter": 0.27, "quantized": 0.24, "merge": 0.03}


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

    def test_wrong_call(self):
        for options in (["--models", "0"], ["--unknown"]):
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


if __name__ == "__main__":
    unittest.main()
