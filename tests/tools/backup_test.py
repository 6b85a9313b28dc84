#!/usr/bin/env python3
"""`stemma backup` and `restore`: copies that answer as the original does, taken while it is written to, and nothing lost where one breaks off.

Usage: backup_test.py BUILD_DIR
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "dev")
STEMMA, GENHUB = BUILD / "tools" / "stemma", BUILD / "tools" / "stemma-genhub"
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "STEMMA_DATA"))}


def stemma(data, *arguments, status=0):
    done = subprocess.run([STEMMA, "--data", data, *map(str, arguments)], capture_output=True, text=True, env=ENVIRONMENT)
    if done.returncode != status:
        raise AssertionError(f"stemma {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stderr}")
    return done.stdout if status == 0 else done.stderr


class Backup(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="stemma-test-")
        self.addCleanup(scratch.cleanup)
        self.path = Path(scratch.name)
        self.data, self.copy = self.path / "data", self.path / "copies" / "copy"
        subprocess.run([GENHUB, "--models", "2000", "--nights", "4", "--out", self.path / "nights"], check=True, stderr=subprocess.DEVNULL)
        self.nights = sorted((self.path / "nights").glob("*.ndjson"))
        for night in self.nights[:2]:
            self.publish(night)

    def publish(self, night):
        stemma(self.data, "import", night, "--complete", "--observed-at", night.stem)

    def answers(self, data):
        return [stemma(data, *q) for q in (["stats", "--json"], ["snapshots", "--json"], ["crawls", "--json"], ["family", "qwen", "--json"],
                                           ["adoption", "qwen", "--json"], ["leaderboard", "downloads", "--json"], ["stats", "--as-of", "1", "--json"])]

    def test_a_copy_answers_as_the_original_and_stays_as_it_was(self):
        for options in ([], ["--copy"]):
            stemma(self.data, "backup", self.copy, *options)
            stemma(self.copy, "verify", "--all")
            self.assertEqual(self.answers(self.copy), self.answers(self.data))
        before = self.answers(self.copy)
        shared = [f for f in (self.copy / "store").glob("*.sst") if f.stat().st_nlink > 1]
        self.assertEqual(shared, [])
        stemma(self.data, "backup", self.path / "linked")
        self.assertTrue(any(f.stat().st_nlink > 1 for f in (self.path / "linked" / "store").glob("*.sst")))
        self.publish(self.nights[2])
        self.assertEqual(self.answers(self.copy), before)
        self.assertEqual(self.answers(self.path / "linked"), before)
        # Again to the same place: the newer one.
        stemma(self.data, "backup", self.copy)
        self.assertEqual(self.answers(self.copy), self.answers(self.data))
        self.assertEqual(sorted(p.name for p in self.copy.parent.iterdir()), ["copy"])

    def test_restore_gives_data_that_can_be_gone_on_with(self):
        stemma(self.data, "backup", self.copy)
        before = self.answers(self.data)
        shutil.rmtree(self.data)
        stemma(self.data, "restore", self.copy)
        self.assertEqual(self.answers(self.data), before)
        self.publish(self.nights[2])
        stemma(self.data, "verify", "--all")
        # What was written after is not in the copy.
        self.assertEqual(self.answers(self.copy), before)
        self.assertIn("not empty", stemma(self.data, "restore", self.copy, status=2))

    def test_while_others_write(self):
        writer = subprocess.Popen([STEMMA, "--data", self.data, "import", self.nights[2], "--complete", "--observed-at", self.nights[2].stem],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
        try:
            stemma(self.data, "backup", self.copy)
        finally:
            writer.wait(timeout=120)
        self.assertEqual(writer.returncode, 0)
        stemma(self.copy, "verify", "--all")
        self.assertIn(len(__import__("json").loads(stemma(self.copy, "snapshots", "--json"))), (2, 3))

    def test_killed_and_begun_again(self):
        stemma(self.data, "backup", self.copy)
        before = self.answers(self.copy)
        self.publish(self.nights[2])
        for wait in (0.02, 0.1, 0.3, 0.6):
            process = subprocess.Popen([STEMMA, "--data", self.data, "backup", "--copy", self.copy], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       env=ENVIRONMENT)
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
            process.wait()
            # The old one or the new one, never half of one.
            self.assertIn(self.answers(self.copy), (before, self.answers(self.data)))
        stemma(self.data, "backup", self.copy)
        self.assertEqual(self.answers(self.copy), self.answers(self.data))
        self.assertEqual(sorted(p.name for p in self.copy.parent.iterdir()), ["copy"])

    def test_what_is_wrong_is_told(self):
        (self.path / "else").mkdir()
        (self.path / "else" / "letter.txt").write_text("dear")
        self.assertIn("is no backup", stemma(self.data, "backup", self.path / "else", status=2))
        self.assertIn("lie in one another", stemma(self.data, "backup", self.data / "inside", status=2))
        self.assertIn("no stemma data", stemma(self.path / "missing", "backup", self.copy, status=1))
        self.assertIn("no stemma data", stemma(self.path / "fresh", "restore", self.path / "else", status=1))
        # A damaged original gives no copy, and takes none away.
        stemma(self.data, "backup", "--copy", self.copy)
        before = self.answers(self.copy)
        victim = max((self.data / "store").glob("*.sst"), key=lambda f: f.stat().st_size)
        bytes_ = bytearray(victim.read_bytes())
        bytes_[len(bytes_) // 2] ^= 0xFF
        victim.write_bytes(bytes_)
        self.assertIn("stemma verify", stemma(self.data, "backup", "--copy", self.copy, status=1))
        self.assertEqual(self.answers(self.copy), before)
        self.assertFalse((self.copy.parent / "copy.new").exists())


if __name__ == "__main__":
    sys.argv[1:] = []
    unittest.main(verbosity=2)
