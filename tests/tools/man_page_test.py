#!/usr/bin/env python3
"""The manual pages: one a command, all that --help says is in them, and groff and mandoc have nothing to complain of.

Usage: man_page_test.py BUILD_DIR
"""

import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "dev").resolve()
STEMMA = BUILD / "tools" / "stemma"


def stemma(*arguments):
    return subprocess.run([STEMMA, *arguments], capture_output=True, text=True, check=True).stdout


def plain(page):
    """The text of a page without its fonts and escapes."""
    text = re.sub(r"\\f[BIR]", "", page)
    for escape, shown in {r"\-": "-", r"\(aq": "'", r"\(ga": "`", r"\(ha": "^", r"\(ti": "~", r"\&": "", r"\e": "\\"}.items():
        text = text.replace(escape, shown)
    return text


class ManPages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name) / "made" / "man"
        stemma("man-pages", cls.folder)
        cls.pages = {file.name: file.read_text("utf-8") for file in cls.folder.iterdir()}
        listed = re.split("subcommands:", stemma("--help"), flags=re.I)[1].strip("\n").split("\n\n")[0]
        cls.commands = re.findall(r"^ +(\S+)  ", listed, re.M)

    def test_one_for_every_command(self):
        self.assertEqual(set(self.pages), {"stemma.1"} | {f"stemma-{command}.1" for command in self.commands})
        for command in self.commands:
            self.assertIn(f"stemma-{command}(1)", plain(self.pages["stemma.1"]))
        self.assertNotIn("man-pages", stemma("--help"))

    def test_all_that_the_help_says(self):
        for command in [None, *self.commands]:
            with self.subTest(command=command):
                shown = stemma(*([command] if command else []), "--help")
                page = plain(self.pages[f"stemma-{command}.1" if command else "stemma.1"])
                options = re.findall(r"^ +(?:-\w, *)?(--[a-z-]+)", shown, re.M)
                self.assertIn("--help", options)
                for option in options:
                    self.assertRegex(page, rf"(?m)^(-\w, )?{option}( |$)")
                self.assertIn(shown.split("Example: ")[1].split("\n")[0], page)

    def test_values_and_defaults(self):
        page = plain(self.pages["stemma-crawl.1"])
        self.assertIn("\n.TP\n--shrink-limit FLOAT\nShare of the models that may be missing without being asked about "
                      "(0 to 1; default 0.02).\n", page)
        self.assertIn("\n.TP\n--since [TIME]\n", page)
        self.assertIn("\n.SS Pace, retries and timeouts (seconds)\n.TP\n--pace FLOAT\n", page)
        self.assertIn("\nstemma import [OPTIONS] FILE...\n", plain(self.pages["stemma-import.1"]))
        self.assertIn("\nstemma path [OPTIONS] FROM TO\n", plain(self.pages["stemma-path.1"]))

    def test_every_variable_is_told(self):
        environment = plain(self.pages["stemma.1"]).split(".SH ENVIRONMENT")[1].split(".SH")[0]
        named = set(re.findall(r"\$([A-Z_]+)", "".join(self.pages.values())))
        self.assertIn("STEMMA_DATA", named)
        for variable in named:
            self.assertRegex(environment, rf"\b{variable}\b")

    def test_they_are_the_same_every_time(self):
        again = self.folder.parent / "again"
        stemma("man-pages", again)
        self.assertEqual({file.name: file.read_text("utf-8") for file in again.iterdir()}, self.pages)
        version = stemma("--version").split("\n")[0]
        self.assertRegex(self.pages["stemma-crawl.1"], rf'(?m)^\.TH STEMMA\\-CRAWL 1 "" "{re.escape(version)}" "Stemma"$')

    def test_a_place_that_cannot_be_written_is_told(self):
        done = subprocess.run([STEMMA, "man-pages", self.folder / "stemma.1"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write", done.stderr)

    @unittest.skipUnless(shutil.which("groff"), "groff is not installed")
    def test_groff_has_no_complaint(self):
        for name in self.pages:
            done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", self.folder / name], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""), name)

    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is not installed")
    def test_mandoc_has_no_complaint(self):
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *sorted(self.folder.iterdir())], capture_output=True, text=True)
        # There is no date, so that a build can be repeated.
        complaints = [line for line in done.stdout.splitlines() if "missing date" not in line]
        self.assertEqual(complaints, [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
