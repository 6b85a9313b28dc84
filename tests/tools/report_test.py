#!/usr/bin/env python3
"""`stemma report`, and the reports that `nightly` writes: files that ask no server, an index of all nights, an old file that is left
whole where a new one cannot be written. Usage: report_test.py BUILD_DIR"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

BUILD = Path(sys.argv.pop(1)).resolve()
STEMMA = BUILD / "tools" / "stemma"


def document(number, name, downloads, all_time, *tags):
    return json.dumps({"_id": f"{number:024x}", "id": name, "downloads": downloads, "downloadsAllTime": all_time,
                       "createdAt": "2026-01-01T00:00:00Z", "tags": list(tags)})


class Report(unittest.TestCase):
    def setUp(self):
        self.dir = Path(tempfile.mkdtemp(prefix="stemma-report-"))
        self.data = self.dir / "data"
        for night in range(1, 12):
            file = self.dir / "night.ndjson"
            file.write_text("\n".join([
                document(1, "Qwen/Qwen3-8B", 3000, 1000 + 100 * night),
                document(2, "a<b>/x_y|z", 300, 10 * night, "base_model:finetune:Qwen/Qwen3-8B"),
                document(3, "c/gguf", 30, night, "base_model:quantized:Qwen/Qwen3-8B")]) + "\n")
            self.run_stemma("import", str(file), "--complete", "--observed-at", f"2026-01-{night:02}")

    def tearDown(self):
        shutil.rmtree(self.dir)

    def run_stemma(self, *arguments, status=0):
        done = subprocess.run([STEMMA, "--data", self.data, *arguments], capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def test_one_family(self):
        out = self.dir / "out"
        told = self.run_stemma("report", "--family", "qwen", "--out", str(out)).stdout.split()
        self.assertEqual(told, [str(out / "qwen-2026-01-11.html")])
        names = {file.name for file in out.iterdir()}
        self.assertEqual(names, {"index.html", "qwen-2026-01-11.html", "qwen-2026-01-11.md", "qwen-2026-01-11-derivatives.svg",
                                 "qwen-2026-01-11-downloads.svg", "qwen-2026-01-11-growth.svg"})
        page = (out / "qwen-2026-01-11.html").read_text()
        family = json.loads(self.run_stemma("family", "qwen", "--json").stdout)
        self.assertIn(f"<b>{family['derivatives']}</b> <span>derivatives</span>", page)
        self.assertIn("<b>770</b> <span>downloads in 7 days</span>".replace("770", self.weekly()), page)
        # Self-contained: nothing is fetched, no script runs.
        self.assertEqual(re.findall(r'(?:src|href)="(?!data:|index\.html)[^"]*"', page), [])
        self.assertNotIn("<script", page)
        for picture in out.glob("*.svg"):
            ElementTree.parse(picture)
        summary = (out / "qwen-2026-01-11.md").read_text()
        self.assertIn(f"- derivatives: {family['derivatives']}\n", summary)
        for picture in re.findall(r"!\[[^\]]*\]\(([^)]*)\)", summary):
            self.assertTrue((out / picture).exists(), picture)

    def weekly(self):
        answer = json.loads(self.run_stemma("adoption", "qwen", "--json").stdout)
        last = answer["points"][-1]
        return f"{last['official']['downloads_7d'] + last['derivatives']['downloads_7d']:,}"

    def test_all_families_and_an_index_of_all_nights(self):
        out = self.dir / "out"
        self.run_stemma("report", "--out", str(out), "--as-of", "10", "--family", "qwen,llama")
        self.run_stemma("report", "--out", str(out))
        index = (out / "index.html").read_text()
        self.assertLess(index.index("qwen-2026-01-11.html"), index.index("qwen-2026-01-10.html"))
        self.assertIn("deepseek-2026-01-11.html", index)
        self.assertIn("llama-2026-01-10.html", index)

    def test_what_cannot_be_done_is_said(self):
        self.assertIn("--out", self.run_stemma("report", status=2).stderr)
        self.assertIn("qwen", self.run_stemma("report", "--family", "qwne", "--out", str(self.dir / "out"), status=1).stderr)
        file = self.dir / "file"
        file.write_text("here already")
        self.assertIn(str(file), self.run_stemma("report", "--family", "qwen", "--out", str(file), status=1).stderr)
        self.assertIn("--reports-out", self.run_stemma("nightly", "--hub", "http://127.0.0.1:9", "--reports", "qwen", status=2).stderr)

    def test_a_night_whose_settings_file_asks_for_reports(self):
        hub, out = self.dir / "hub", self.dir / "reports"
        hub.mkdir()
        (self.data / "stemma.toml").write_text(f'[nightly]\nhub = "{hub}"\nreports = ["qwen", "llama"]\nreports_out = "{out}"\n')
        for night in (12, 13):
            (hub / "models.ndjson").write_text("\n".join([
                document(1, "Qwen/Qwen3-8B", 3000, 1000 + 100 * night),
                document(2, "a<b>/x_y|z", 300, 10 * night, "base_model:finetune:Qwen/Qwen3-8B"),
                document(3, "c/gguf", 30, night, "base_model:quantized:Qwen/Qwen3-8B"),
                *(document(3 + i, f"d/new{i}", 5, 5, "base_model:finetune:Qwen/Qwen3-8B") for i in range(1, night - 10))]) + "\n")
            self.run_stemma("nightly", "--observed-at", f"2026-01-{night}")
        self.assertEqual({file.name for file in out.glob("*.html")},
                         {"index.html", *(f"{family}-2026-01-{night}.html" for family in ("qwen", "llama") for night in (12, 13))})
        index = (out / "index.html").read_text()
        self.assertLess(index.index("qwen-2026-01-13.html"), index.index("qwen-2026-01-12.html"))
        # The quantized one and two new ones; what is called a<b>/x_y|z is no repository.
        self.assertRegex((out / "qwen-2026-01-13.md").read_text(), r"(?m)^- derivatives: 3$")
        night = json.loads(self.run_stemma("crawls", "--json").stdout)["nights"][0]
        self.assertEqual([step["state"] for step in night["steps"] if step["name"] == "reports"], ["done"])

    def test_a_full_disk_leaves_nothing_that_looks_whole(self):
        out = self.dir / "out"
        self.run_stemma("report", "--family", "qwen", "--out", str(out))
        before = (out / "qwen-2026-01-11.html").read_bytes()
        done = subprocess.run(["bash", "-c", f"ulimit -f 1; exec '{STEMMA}' --data '{self.data}' report --family qwen --out '{out}'"],
                              capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual((out / "qwen-2026-01-11.html").read_bytes(), before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
