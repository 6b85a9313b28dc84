#!/usr/bin/env python3
"""How the crawler gets to a hub: addresses with passwords, proxies, certificates.

The hubs and proxies are small servers of this process on 127.0.0.1. Usage: hub_access_test.py BUILD_DIR
"""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "dev").resolve()
STEMMA = BUILD / "tools" / "stemma"

def environment(**more):
    own = ("HF_", "STEMMA_", "CURL_", "SSL_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(own) and not k.lower().endswith("_proxy")}
    return kept | more


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.data = self.folder / "data"

    def stemma(self, *arguments, **more):
        return subprocess.run([STEMMA, "--data", self.data, *map(str, arguments)], capture_output=True, text=True,
                              env=environment(**more), cwd=self.folder, timeout=120)

    def crawl(self, hub, *arguments, command="crawl", **more):
        """One attempt, so that a hub that cannot be reached is told at once."""
        return self.stemma(command, "--hub", hub, "--attempts", 1, *arguments, **more)


class HubAddress(Case):
    HUBS = ["http://me:pa55word@127.0.0.1:1", "https://pa55word@127.0.0.1:1/", "http://me:1/pa55word@127.0.0.1:1",
            "me:pa55word@127.0.0.1:1", "https://me:pa55word@127.0.0.1:1/?x", "http://127.0.0.1:1/?token=pa55word",
            "http://127.0.0.1:1/#pa55word"]

    def check_refused(self, done, names_variable=True):
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertNotIn("pa55word", done.stdout + done.stderr)
        if names_variable:
            self.assertIn("HF_TOKEN", done.stderr)

    def test_a_password_in_it_is_refused_and_never_told(self):
        (self.folder / "stemma.toml").write_text("")
        for hub in self.HUBS:
            with self.subTest(hub=hub):
                named = "@" in hub
                self.check_refused(self.crawl(hub), named)
                self.check_refused(self.stemma("crawl", HF_ENDPOINT=hub), named)
                self.check_refused(self.crawl(hub, command="nightly"), named)
                (self.folder / "hub.toml").write_text(f'[crawl]\nhub = "{hub}"\n')
                self.check_refused(self.stemma("crawl", "--config", "hub.toml"), named)
        self.assertNotIn("pa55word", self.stemma("crawls").stdout)
        self.assertNotIn("pa55word", self.stemma("crawls", "--json").stdout)
        for file in self.data.rglob("*"):
            if file.is_file():
                self.assertNotIn(b"pa55word", file.read_bytes(), file)

    def test_help_does_not_tell_it(self):
        for command in ("crawl", "nightly"):
            done = self.stemma(command, "--help", HF_ENDPOINT=self.HUBS[0])
            self.assertEqual(done.returncode, 0)
            self.assertNotIn("pa55word", done.stdout + done.stderr)

if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
