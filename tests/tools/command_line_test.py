#!/usr/bin/env python3
"""The command line as people use it: typos, addresses, dates, narrow terminals, interruptions. Small data, made here."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

BUILD = Path(sys.argv.pop(1)) if len(sys.argv) > 1 else Path("build/dev")
STEMMA = next(path for path in (BUILD / "tools" / "stemma", BUILD / "stemma") if path.exists())
ENVIRONMENT = {k: v for k, v in os.environ.items() if k not in ("STEMMA_DATA", "COLUMNS", "HF_TOKEN", "HF_ENDPOINT")}


def doc(number, name, tags=(), **more):
    return {"_id": f"{number:024x}", "id": name, "tags": list(tags), **more}


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.dir = Path(tempfile.mkdtemp(prefix="stemma-cli-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.data = self.dir / "data"

    def stemma(self, *arguments, code=0, columns=None, text=None):
        environment = dict(ENVIRONMENT, **({"COLUMNS": str(columns)} if columns else {}))
        done = subprocess.run([STEMMA, "--data", self.data, *map(str, arguments)], capture_output=True, text=True, env=environment, input=text)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def answer(self, *arguments):
        return json.loads(self.stemma(*arguments, "--json").stdout)

    def load(self, documents, *arguments):
        file = self.dir / "documents.ndjson"
        file.write_text("".join(json.dumps(d) + "\n" for d in documents))
        return self.stemma("import", file, *arguments)

    def hub(self):
        return [
            doc(1, "Qwen/Qwen2-7B", downloads=1000),
            doc(2, "a/chat", ["base_model:finetune:Qwen/Qwen2-7B"], downloads=50, createdAt="2024-06-10T00:00:00.000Z"),
            doc(3, "b/a-very-long-name-of-a-quantized-copy-of-something-GGUF", ["base_model:quantized:a/chat"], likes=3),
            doc(4, "c/lost-child", ["base_model:llama3"]),
        ]

    def test_a_typo_is_answered_with_what_it_may_mean(self):
        self.load(self.hub(), "--complete")
        for arguments, hint in [
            (("desendants", "qwen"), "there is no command 'desendants'; did you mean descendants?"),
            (("descendants", "qwen", "--licence", "mit"), "Did you mean --license?"),
            (("help", "crwal"), "did you mean crawl"),
            (("xyzzy",), "`stemma help` lists them"),
        ]:
            self.assertIn(hint, self.stemma(*arguments, code=2).stderr, arguments)
        self.assertIn("did you mean qwen", self.stemma("family", "qwn", code=1).stderr)
        self.assertIn("Qwen/Qwen2-7B", self.stemma("show", "Qwen/Qwen2-7", code=1).stderr)

    def test_help_is_a_command(self):
        self.assertIn("descendants", self.stemma("help").stdout)
        self.assertEqual(self.stemma("help", "descendants").stdout.splitlines()[0], self.stemma("descendants", "--help").stdout.splitlines()[0])
        self.assertIn("--no-curated", self.stemma("help", "descendants").stdout)

    def test_a_model_is_named_by_its_address_too(self):
        self.load(self.hub())
        for address in ("https://huggingface.co/Qwen/Qwen2-7B/tree/main", "hf.co/Qwen/Qwen2-7B", "huggingface.co/qwen/qwen2-7b?x=y"):
            self.assertEqual(self.answer("show", address)["id"], "Qwen/Qwen2-7B")
        self.assertEqual(self.answer("path", "hf.co/Qwen/Qwen2-7B", "https://huggingface.co/a/chat")["length"], 1)

    def test_as_of_takes_a_date_or_a_time(self):
        self.load(self.hub()[:2], "--observed-at", "2025-04-30T12:00:00Z")
        self.load(self.hub(), "--observed-at", "2025-05-07T12:00:00Z")
        for as_of, snapshot in (("1", 1), ("2025-04-30", 1), ("2025-05-07T11:59:59Z", 1), ("2025-05-07", 2), ("2030-01-01", 2)):
            self.assertEqual(self.answer("stats", "--as-of", as_of)["snapshot"], snapshot)
        self.assertIn("2025-04-29", self.stemma("stats", "--as-of", "2025-04-29", code=1).stderr)
        self.assertIn("--as-of", self.stemma("stats", "--as-of", "spring", code=2).stderr)

    def test_a_headline_says_which_thing_was_meant(self):
        self.load(self.hub(), "--complete")
        self.assertIn("the ghost llama3", self.stemma("descendants", "llama3").stdout)
        self.assertIn("series qwen2", self.stemma("descendants", "qwen2").stdout)
        self.assertIn("no model of family kimi in this snapshot", self.stemma("descendants", "kimi").stdout)
        self.assertIn("(50 downloads in 30 days, 1 without a count)", self.stemma("descendants", "Qwen/Qwen2-7B").stdout)

    def test_what_is_unknown_is_never_zero(self):
        self.load([doc(1, "deepseek-ai/DeepSeek-R1"), doc(2, "a/x", ["base_model:deepseek-ai/DeepSeek-R1"])])
        listed = self.answer("descendants", "deepseek-r1")
        self.assertIsNone(listed["total_downloads"])
        self.assertEqual(listed["downloads_unknown"], 1)
        self.assertIn("not known", self.stemma("descendants", "deepseek-r1").stdout)
        impact = self.answer("impact", "deepseek-ai/DeepSeek-R1")
        self.assertIsNone(impact["impact"]["only_source"]["downloads"])
        self.assertNotIn(" 0 downloads", self.stemma("impact", "deepseek-ai/DeepSeek-R1").stdout)
        family = next(f for f in self.answer("families")["items"] if f["name"] == "deepseek")
        self.assertEqual(family["downloads"], {"official": None, "derivatives": None})
        self.assertEqual(family["downloads_unknown"], {"official": 1, "derivatives": 1})

    def test_parents_that_cards_tell_in_words_count_and_can_be_left_out(self):
        self.load([doc(1, "Qwen/Qwen3-8B-Base"), doc(2, "deepseek-ai/DeepSeek-R1-0528-Qwen3-8B"),
                   doc(3, "x/gguf", ["base_model:quantized:deepseek-ai/DeepSeek-R1-0528-Qwen3-8B"])])
        self.assertEqual(set(self.answer("show", "deepseek-ai/DeepSeek-R1-0528-Qwen3-8B")["families"]) & {"qwen", "qwen3"}, {"qwen", "qwen3"})
        listed = self.answer("descendants", "Qwen/Qwen3-8B-Base")
        self.assertEqual((listed["total"], listed["curated_only"]), (2, 2))
        self.assertEqual(self.answer("descendants", "Qwen/Qwen3-8B-Base", "--no-curated")["total"], 0)
        claim = self.answer("parents", "deepseek-ai/DeepSeek-R1-0528-Qwen3-8B")["items"][0]["claims"][0]
        self.assertEqual(claim["source"], "curated")
        self.assertIn("post-train Qwen3 8B Base", claim["why"])
        self.stemma("export", "--format", "csv", "--out", self.dir / "dump")
        edges = list(csv.DictReader((self.dir / "dump" / "edges.csv").open(newline="")))
        edge = next(e for e in edges if e["child_id"] == "deepseek-ai/DeepSeek-R1-0528-Qwen3-8B")
        self.assertIn("post-train Qwen3 8B Base", edge["why"])
        self.assertEqual(json.loads((self.dir / "dump" / "manifest.json").read_text())["counts"]["edges_curated_only"], 1)
        self.assertIn("through curated parents alone", self.stemma("descendants", "qwen3").stdout)

    def test_narrow_tables_leave_out_what_is_needed_least_and_say_so(self):
        self.load(self.hub())
        wide = self.stemma("descendants", "Qwen/Qwen2-7B").stdout
        self.assertIn("a-very-long-name-of-a-quantized-copy-of-something-GGUF", wide)
        narrow = self.stemma("descendants", "Qwen/Qwen2-7B", columns=60).stdout
        table = [line for line in narrow.split("\n\n")[1].splitlines() if not line.startswith("Left out")]
        self.assertTrue(all(len(line) <= 60 for line in table), narrow)
        self.assertIn("Left out for want of room: ", narrow)
        self.assertIn("DOWNLOADS 30D", table[0])
        cut = next(line for line in table if "…" in line).split()[0]
        before, after = cut.split("…")
        self.assertIn(before[-1], "-/")
        self.assertTrue(after.startswith("-"), cut)

    def test_arrays_one_after_the_other_are_all_read(self):
        first, second = ([doc(100 * part + i, f"o{part}/m{i}") for i in range(1, 51)] for part in (1, 2))
        line = json.dumps(doc(999, "o3/last")) + "\n"
        self.stemma("import", "-", "--complete", text=json.dumps(first) + json.dumps(second) + "\n" + line)
        self.assertEqual(self.answer("stats")["models"], 101)

    def test_an_observation_in_the_future_wants_to_be_meant(self):
        self.load(self.hub()[:1])
        file = self.dir / "documents.ndjson"
        self.assertIn("--accept-future", self.stemma("import", file, "--observed-at", "2099-01-01", code=2).stderr)
        self.stemma("import", file, "--observed-at", "2099-01-01", "--accept-future")

    def test_an_import_that_is_stopped_says_what_became_of_it(self):
        process = subprocess.Popen([STEMMA, "--data", self.data, "import", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
        process.stdin.write(json.dumps(doc(1, "a/b")) + "\n")
        process.stdin.flush()
        for _ in range(100):
            if (self.data / "ledger.sqlite").exists():
                break
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 1)
        self.assertIn("nothing of it was published", errors)
        run = self.answer("crawls")["runs"][0]
        self.assertEqual(run["state"], "stopped")
        self.load(self.hub())

    def test_a_night_writes_its_dumps(self):
        pages = self.dir / "hub"
        pages.mkdir()
        (pages / "models.ndjson").write_text("".join(json.dumps(d) + "\n" for d in self.hub()))
        out = self.dir / "dumps"
        self.assertIn("xml", self.stemma("nightly", "--hub", pages, "--dumps", "csv,xml", "--out", out, code=2).stderr)
        self.stemma("nightly", "--hub", pages, "--dumps", "csv,ndjson", "--out", out, "--observed-at", "2026-01-02")
        self.assertEqual(os.readlink(out / "latest"), "2026-01-02")
        manifest = json.loads((out / "latest" / "manifest.json").read_text())
        self.assertEqual(manifest["snapshot"], 1)
        self.assertEqual(len((out / "latest" / "models.csv").read_text().splitlines()), 6)  # a head, four models, a ghost
        self.assertTrue((out / "latest" / "models.ndjson").exists())
        self.stemma("nightly", "--hub", pages, "--dumps", "csv", "--out", out, "--observed-at", "2026-01-03")
        self.assertEqual(os.readlink(out / "latest"), "2026-01-03")


if __name__ == "__main__":
    unittest.main()
