#!/usr/bin/env python3
"""The completion scripts: bash's does what it should, zsh's and fish's can be read by their shells where these are installed.

Usage: completion_test.py BUILD_DIR
"""

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
STEMMA = BUILD / "tools" / "stemma"

# Calls the function as bash would with the words of the line, the last of which is being completed, and prints what it
# offers. compopt works only while readline completes: here it prints what it was told.
BASH_HARNESS = """
set -u
compopt() { echo "compopt $*"; }
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_stemma stemma "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
[[ ${#COMPREPLY[@]} -eq 0 ]] || printf '%s\\n' "${COMPREPLY[@]}"
"""


def stemma(*arguments):
    return subprocess.run([STEMMA, *arguments], capture_output=True, text=True, check=True).stdout


# The forms of --help in CLI11 2.1 to 2.5 are all read.
def commands():
    listed = re.split("subcommands:", stemma("--help"), flags=re.I)[1].strip("\n").split("\n\n")[0]
    return re.findall(r"^ +(\S+)  ", listed, re.M)


def options(*command):
    return set(re.findall(r"^ +(?:-\w, *)?(--[a-z-]+)", stemma(*command, "--help"), re.M))


SHARED = options() - {"--help", "--version"}


class Completion(unittest.TestCase):
    shell = ""

    def setUp(self):
        if not self.shell:
            self.skipTest("only what the shells have in common")
        if shutil.which(self.shell) is None:
            self.skipTest(f"{self.shell} is not installed")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.script = self.folder / "script"
        self.script.write_text(stemma("completion", self.shell))

    def run_shell(self, *arguments):
        done = subprocess.run([self.shell, *arguments], capture_output=True, text=True, cwd=self.folder, timeout=60,
                              env=os.environ | {"HOME": str(self.folder)})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.splitlines()

    def test_it_can_be_read(self):
        self.assertEqual(self.run_shell("-n", self.script), [])


class Bash(Completion):
    shell = "bash"

    def offered(self, *words):
        return self.run_shell("-c", BASH_HARNESS, "bash", self.script, "stemma", *words)

    def test_every_command_and_option_of_the_help(self):
        self.assertEqual(self.offered(""), commands())
        self.assertEqual(set(self.offered("--")), options())
        for command in commands():
            with self.subTest(command=command):
                self.assertEqual(set(self.offered(command, "--")), options(command) | SHARED)

    def test_what_is_begun_is_ended(self):
        self.assertEqual(self.offered("cra"), ["crawl", "crawls"])
        self.assertEqual(self.offered("crawl", "--re"), ["--restart", "--retry-budget", "--resolve"])
        self.assertEqual(self.offered("completion", ""), ["bash", "zsh", "fish"])
        self.assertEqual(self.offered("completion", "z"), ["zsh"])
        self.assertEqual(self.offered("completion", "zsh", ""), [])

    def test_values(self):
        files, directories = ["compopt -o default"], ["compopt -o dirnames"]
        for words, offered in [
                (["--data", ""], directories), (["show", "--data", "x"], directories), (["--data", "=", "x"], directories),
                (["--data", "="], directories), (["export", "--out", ""], directories), (["crawl", "--hub", "x"], directories),
                (["--config", ""], files), (["crawl", "--ca-file", ""], files), (["import", ""], files),
                (["import", "a.json", "--complete", "b"], files), (["crawl", "--scope", ""], []), (["show", ""], [])]:
            with self.subTest(words=words):
                self.assertEqual(self.offered(*words), offered)

    def test_a_value_is_no_command(self):
        self.assertEqual(self.offered("--data", "crawl", "cra"), ["crawl", "crawls"])
        self.assertEqual(self.offered("--data", "=", "crawl", "cra"), ["crawl", "crawls"])
        self.assertEqual(self.offered("search", "crawl", "--rest"), [])
        self.assertEqual(self.offered("search", "--", "--"), [])
        self.assertEqual(self.offered("no-such-command", "--"), [])


class Zsh(Completion):
    shell = "zsh"

    def test_it_registers_itself(self):
        load = 'autoload -U compinit; compinit -D -u; source "$1"; print $_comps[stemma]'
        self.assertEqual(self.run_shell("-f", "-c", load, "zsh", self.script), ["_stemma"])

    def test_every_command_and_option_of_the_help(self):
        text = self.script.read_text()
        for command in commands():
            with self.subTest(command=command):
                part = text.split(f"\n    {command})\n")[1].split("ret=0 ;;")[0]
                self.assertEqual(set(re.findall(r"'(?:\*|\([^)]*\))?(--[a-z-]+)=?\[", part)), options(command))


class Fish(Completion):
    shell = "fish"

    def offered(self, line):
        lines = self.run_shell("-c", 'source $argv[1]; complete -C $argv[2]', self.script, line)
        return {text.split("\t")[0] for text in lines}

    def test_every_command_and_option_of_the_help(self):
        self.assertEqual(self.offered("stemma "), set(commands()))
        self.assertEqual(self.offered("stemma --"), options())
        for command in commands():
            with self.subTest(command=command):
                self.assertEqual(self.offered(f"stemma {command} --"), options(command) | SHARED)

    def test_values(self):
        (self.folder / "folder").mkdir()
        self.assertEqual(self.offered("stemma --data "), {"folder/"})
        self.assertEqual(self.offered("stemma import "), {"folder/", "script"})
        self.assertEqual(self.offered("stemma completion "), {"bash", "zsh", "fish"})
        self.assertEqual(self.offered("stemma show "), set())
        self.assertEqual(self.offered("stemma search crawl --rest"), set())
        self.assertEqual(self.offered("stemma --data crawl crawls --lim"), {"--limit"})


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
