#!/usr/bin/env python3
"""`cmake --install` into a prefix of its own: what is there, and that it works from there.

Usage: install_test.py BUILD_DIR [CMAKE]
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "dev").resolve()
CMAKE = sys.argv[2] if len(sys.argv) > 2 else "cmake"
UNITS = ("stemma-nightly.service", "stemma-nightly.timer", "stemma-serve.service")
DOCUMENTS = [{"_id": "621ffdc036468d709f174330", "id": "o/base"},
             {"_id": "621ffdc036468d709f174331", "id": "o/child", "tags": ["base_model:o/base", "base_model:finetune:o/base"]}]


def install(prefix, **more):
    # The build's list of what was installed is that of the user's own installation.
    manifest = BUILD / "install_manifest.txt"
    before = manifest.read_bytes() if manifest.exists() else None
    done = subprocess.run([CMAKE, "--install", BUILD, "--prefix", prefix], capture_output=True, text=True,
                          env=os.environ | {"DESTDIR": ""} | more)
    if before is None:
        manifest.unlink(missing_ok=True)
    else:
        manifest.write_bytes(before)
    if done.returncode != 0:
        raise AssertionError(done.stdout + done.stderr)


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name).resolve()
        cls.prefix = cls.folder / "prefix"
        install(cls.prefix)

    def stemma(self, *arguments):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "STEMMA_"))}
        done = subprocess.run([self.prefix / "bin" / "stemma", *arguments], capture_output=True, text=True, cwd=self.folder,
                              env=environment, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_what_is_there(self):
        found = {str(file.relative_to(self.prefix)) for file in self.prefix.rglob("*") if file.is_file()}
        pages = {file for file in found if file.startswith("share/man/man1/stemma")}
        self.assertIn("share/man/man1/stemma.1", pages)
        self.assertIn("share/man/man1/stemma-crawl.1", pages)
        # Where Arrow is no package, its libraries come along, in a folder of stemma's own.
        arrow = {file for file in found if file.startswith(("lib/stemma/lib", "share/doc/stemma/LICENSE.arrow", "share/doc/stemma/NOTICE.arrow"))}
        parquet = {"lib/stemma/stemma_parquet.so"} if "Apache Arrow " in self.stemma("--version") else set()
        self.assertTrue(parquet or not arrow)
        self.assertEqual(found - pages - arrow, parquet | {
            "bin/stemma", "share/bash-completion/completions/stemma", "share/zsh/site-functions/_stemma",
            "share/fish/vendor_completions.d/stemma.fish", "share/stemma/families.toml", "share/stemma/curated.toml",
            "share/doc/stemma/README.md", "share/doc/stemma/CHANGELOG.md", "share/doc/stemma/LICENSE",
            *(f"lib/systemd/system/{unit}" for unit in UNITS)})

    def test_the_binary_tells_of_itself(self):
        version = re.search(r"project\(stemma VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text())[1]
        self.assertTrue(self.stemma("--version").startswith(f"stemma {version}\n"))
        self.assertIn("descendants", self.stemma("--help"))
        self.assertIn("FILE", self.stemma("import", "--help"))
        for shell, file in [("bash", "bash-completion/completions/stemma"), ("zsh", "zsh/site-functions/_stemma"),
                            ("fish", "fish/vendor_completions.d/stemma.fish")]:
            self.assertEqual(self.stemma("completion", shell), (self.prefix / "share" / file).read_text())

    def test_it_imports_and_answers(self):
        (self.folder / "hub.ndjson").write_text("".join(json.dumps(document) + "\n" for document in DOCUMENTS))
        self.stemma("import", "hub.ndjson", "--complete")
        (self.folder / "stemma-data" / "curated.toml").write_bytes((self.prefix / "share/stemma/curated.toml").read_bytes())
        families = self.prefix / "share/stemma/families.toml"
        answer = json.loads(self.stemma("--families", families, "descendants", "o/base", "--json"))
        self.assertEqual([item["id"] for item in answer["items"]], ["o/child"])

    def test_units_name_the_binary(self):
        for unit in UNITS:
            text = (self.prefix / "lib/systemd/system" / unit).read_text()
            commands = re.findall(r"^ExecStart=(\S+) ", text, re.M)
            self.assertEqual(commands, [str(self.prefix / "bin/stemma")] if unit.endswith(".service") else [], unit)
            self.assertEqual(text.replace(f"{self.prefix}/bin/", "/usr/local/bin/"), (ROOT / "tools/systemd" / unit).read_text())

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
    def test_systemd_accepts_the_units(self):
        done = subprocess.run(["systemd-analyze", "verify", *(self.prefix / "lib/systemd/system" / unit for unit in UNITS)],
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_a_package_is_installed_elsewhere_than_it_will_be(self):
        install("/usr", DESTDIR=str(self.folder / "package"))
        unit = self.folder / "package/usr/lib/systemd/system/stemma-serve.service"
        self.assertIn("\nExecStart=/usr/bin/stemma ", unit.read_text())

    @unittest.skipUnless(shutil.which("man"), "man is not installed")
    def test_man_finds_the_pages(self):
        version = subprocess.run(["man", "--version"], capture_output=True, text=True).stdout
        if not re.match(r"man \d", version):
            self.skipTest("man is a stand-in that shows no pages")
        for arguments in (["stemma"], ["stemma", "crawl"], ["stemma-crawl"]):
            done = subprocess.run(["man", "-M", self.prefix / "share/man", "-w", *arguments], capture_output=True, text=True)
            self.assertEqual(done.stdout.strip(), str(self.prefix / f"share/man/man1/{'-'.join(arguments)}.1"), done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
