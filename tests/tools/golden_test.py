#!/usr/bin/env python3
"""Whole answers, byte for byte: every command as a table and as JSON, every route, every page, every dump.

Two hubs: one drawn below, over three nights, with all that can happen to a model; and a slice of a made-up one. The answers
stand in tests/golden/HUB/AREA.txt. Usage: golden_test.py BUILD_DIR [--update]; --update writes them anew, to be read in the
diff. What differs from run to run (versions, clock, hashes of ETags) is replaced by a word in angle brackets.
"""

import difflib
import hashlib
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UPDATE = "--update" in sys.argv
if UPDATE:
    sys.argv.remove("--update")
BUILD = (Path(sys.argv.pop(1)) if len(sys.argv) > 1 else ROOT / "build" / "dev").resolve()
STEMMA = next(path for path in (BUILD / "tools" / "stemma", BUILD / "stemma") if path.exists())
GENHUB = STEMMA.with_name("stemma-genhub")
GOLDEN = ROOT / "tests" / "golden"
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "STEMMA_"))} | {"COLUMNS": "100", "TZ": "UTC"}

# What the made-up hub's first night says, so that a change of stemma-genhub is not taken for one of an answer.
SLICE = ("--models", "150", "--seed", "7")


def doc(number, name, *tags, **fields):
    return {"_id": f"{number:024x}", "id": name, "tags": list(tags)} | fields


def nights():
    """The drawn hub: (when, documents). Every kind of change and every kind of lint happens once."""
    base = doc(1, "Qwen/Qwen2-7B", "license:apache-2.0", pipeline_tag="text-generation", library_name="transformers",
               downloads=100000, downloadsAllTime=900000, likes=120, createdAt="2024-06-04T10:00:00.000Z",
               lastModified="2024-06-06T00:00:00.000Z", gated=False, safetensors={"total": 7615616512})
    chat = doc(2, "Qwen/Qwen2-7B-Instruct", "base_model:Qwen/Qwen2-7B", "base_model:finetune:Qwen/Qwen2-7B", "license:apache-2.0",
               pipeline_tag="text-generation", downloads=250000, likes=300, createdAt="2024-06-05T00:00:00.000Z",
               cardData={"base_model": "Qwen/Qwen2-7B", "license": "apache-2.0"})
    gguf = doc(3, "quant/Qwen2-7B-Instruct-GGUF", "base_model:quantized:Qwen/Qwen2-7B-Instruct", "gguf", downloads=4000, likes=7,
               createdAt="2024-06-07T12:00:00.000Z", library_name="llama.cpp")
    lora = doc(4, "bob/qwen-lora", "base_model:adapter:Qwen/Qwen2-7B", "license:cc-by-nc-4.0", likes=2,
               createdAt="2024-06-08T00:00:00.000Z", config={"peft": {"base_model_name_or_path": "Qwen/Qwen2-7B"}})
    merge = doc(5, "carol/merge \"<&>'", "base_model:merge:Qwen/Qwen2-7B-Instruct", "base_model:merge:mistralai/Mistral-7B-v0.1")
    merge["id"] = "carol/merge-7B"
    merge["cardData"] = {"license": "other", "license_name": "a <b>bold</b>, \"quoted\" licence"}
    mistral = doc(6, "mistralai/Mistral-7B-v0.1", "license:apache-2.0", downloads=500000, downloadsAllTime=30000000, likes=3000,
                  createdAt="2023-09-20T00:00:00.000Z", gated="auto")
    gone = doc(7, "dave/withdrawn", "base_model:finetune:mistralai/Mistral-7B-v0.1", downloads=11)
    orphan = doc(8, "erin/orphan", "base_model:finetune:dave/withdrawn", downloads=12, createdAt="2024-06-09T00:00:00.000Z")
    lost = doc(9, "frank/lost", "base_model:llama3", "license:llama3", createdAt="2024-06-10T00:00:00.000Z")
    none = doc(10, "gina/none", cardData={"base_model": ["None", "./local/path", "gina/none"]})
    first = doc(11, "heidi/ring-a", "base_model:finetune:heidi/ring-b")
    second = doc(12, "heidi/ring-b", "base_model:finetune:heidi/ring-a")
    case = doc(13, "ivan/case", "base_model:finetune:qwen/qwen2-7b", createdAt="2020-01-01T00:00:00.000Z")
    legacy = doc(14, "gpt2", "license:mit", downloads=9000000, createdAt="2022-03-02T23:29:04.000Z")
    tiny = doc(15, "judy/gpt2-tiny", "base_model:gpt2", cardData={"base_model": "openai-community/gpt2"})
    hand = doc(16, "deepseek-ai/DeepSeek-R1-0528-Qwen3-8B", "license:mit", downloads=80000, createdAt="2025-05-29T00:00:00.000Z")
    eight = doc(17, "Qwen/Qwen3-8B-Base", "license:apache-2.0", downloads=90000, createdAt="2025-04-28T00:00:00.000Z")
    guessed = doc(18, "kate/Qwen2-7B-Instruct-AWQ", createdAt="2024-06-11T00:00:00.000Z")
    monday = [base, chat, gguf, lora, merge, mistral, gone, orphan, lost, none, first, second, case, legacy, tiny, hand, eight, guessed,
              {"_id": "not an id", "id": "x/broken"}]
    moved = base | {"downloads": 101000, "likes": 121}
    renamed = gguf | {"id": "quant/Qwen2-7B-chat-GGUF", "downloads": 4400}
    licensed = lora | {"tags": ["base_model:adapter:Qwen/Qwen2-7B", "license:mit"]}
    retyped = orphan | {"tags": ["base_model:quantized:dave/withdrawn"]}
    added = doc(19, "Qwen/Qwen3-8B", "base_model:finetune:Qwen/Qwen3-8B-Base", "license:apache-2.0", downloads=1, createdAt="2025-04-29T00:00:00.000Z")
    tuesday = [moved, chat, renamed, licensed, merge, mistral, retyped, lost, none, first, second, case, legacy, tiny, hand, eight, guessed, added]
    wednesday = [d for d in tuesday] + [doc(20, "quant/Qwen2-7B-Instruct-GGUF", "base_model:quantized:Qwen/Qwen3-8B", downloads=5)]
    return [("2026-01-05T03:00:00Z", monday), ("2026-01-06T03:00:00Z", tuesday), ("2026-01-07T03:00:00Z", wednesday)]


MODELS = {"drawn": ["Qwen/Qwen2-7B", "Qwen/Qwen2-7B-Instruct", "carol/merge-7B", "dave/withdrawn", "llama3", "heidi/ring-a", "gpt2",
                    "deepseek-ai/DeepSeek-R1-0528-Qwen3-8B", "erin/orphan", "quant/Qwen2-7B-chat-GGUF"]}
FAMILIES = {"drawn": ["qwen", "qwen2", "mistral", "deepseek", "kimi"]}
SUBRESOURCES = ("parents", "children", "ancestors", "descendants", "impact", "dominators", "licenses", "history")


def commands(hub, models, families):
    """(name of the area, arguments); each is run as a table and with --json."""
    for model in models:
        yield "models", ("show", model)
        for command in SUBRESOURCES:
            yield "models", (command, model)
    for family in families:
        for arguments in (("show", family), ("family", family), ("family", family, "--no-curated"), ("descendants", family), ("children", family), ("ancestors", family)):
            yield "families", arguments
    a, b = models[0], models[2]
    for arguments in (
        ("families",), ("families", "--policy", "fractional"), ("family", families[0], "--policy", "fractional"), ("family", families[0], "--top", "1"),
        ("family", families[0], "--include-inferred"), ("path", a, b), ("path", b, a), ("common", models[1], models[2]),
        ("descendants", a, "--sort", "id", "--order", "asc", "--limit", "2"), ("descendants", a, "--relation", "quantized,adapter"),
        ("descendants", a, "--depth", "1", "--include-gone"), ("descendants", a, "--min-downloads", "100"), ("descendants", a, "--as-of", "1"),
        ("descendants", a, "--created-after", "2024-06-06", "--author", "quant"), ("children", a, "--include-inferred"),
        ("search", "qwen"), ("search", "Qwen2 7b"), ("search", "nothing-like-it-xyz"), ("lint",), ("lint", "--kind", "cycle,rejected_claim"),
        ("lint", "--limit", "1"), ("stats",), ("stats", "--as-of", "1"), ("snapshots",), ("inference",), ("licenses", b, "--as-of", "1"),
        ("impact", a, "--exposure", "carries"), ("changes", "--since", "0"), ("changes", "--since", "1"), ("crawls",), ("verify",),
    ):
        yield "questions", arguments
    for arguments in (
        ("adoption", families[0]), ("adoption", families[0], "--by", "relation"), ("adoption", families[0], "--by", "author", "--top", "1", "--metric", "downloads"),
        ("adoption", families[0], "--policy", "fractional", "--interval", "week"), ("adoption", families[0], "--csv"), ("adoption", a),
        ("adoption", a, "--scope", "subtree"), ("adoption", a, "--csv"), ("compare", families[0], families[-1]), ("compare", families[0], "--csv"),
        ("leaderboard",), ("leaderboard", "derivatives"), ("leaderboard", "families"), ("leaderboard", "authors", "--family", families[0]),
        ("leaderboard", "new"), ("growth", families[0]), ("growth", families[0], "--interval", "week", "--csv"), ("survival", families[0]),
    ):
        yield "adoption", arguments
    for arguments in (("adoption", families[0], "--from", "2027-01-01", "--to", "2026-01-01"), ("leaderboard", "growht"), ("compare", "qwne"),
                      ("survival", models[0]), ("descendants", "no/such-model"), ("family", "qwne"), ("show", a, "--as-of", "99"), ("descendants", a, "--sort", "size"), ("path", a, "gpt2"), ("export", "--format", "xml")):
        yield "refusals", arguments


def routes(hub, models, families):
    """(area, path, headers)"""
    quote = lambda name: urllib.parse.quote(name)
    for model in models:
        yield "models", f"/v1/models/{quote(model)}", {}
        for sub in SUBRESOURCES:
            yield "models", f"/v1/models/{quote(model)}/{sub}", {}
        yield "pages", f"/models/{quote(model)}", {"Accept": "text/html"}
        yield "adoption", f"/v1/models/{quote(model)}/adoption?scope=subtree", {}
    for board in ("downloads", "downloads_7d", "growth", "new", "likes", "derivatives", "families", "authors", "quantizers"):
        yield "adoption", f"/v1/leaderboards/{board}", {}
    for family in families:
        for question in ("adoption", "adoption?by=role&metric=downloads", "adoption?by=quantizer", "adoption?by=series&interval=month", "growth", "survival"):
            yield "adoption", f"/v1/families/{family}/{question}", {}
    yield "adoption", "/v1/leaderboards", {}
    yield "adoption", f"/v1/compare?families={families[0]},{families[-1]}&metric=new_derivatives", {}
    for family in families:
        yield "families", f"/v1/families/{family}", {}
        yield "families", f"/v1/families/{family}/models", {}
        yield "pages", f"/families/{family}", {"Accept": "text/html"}
    a, b = quote(models[0]), quote(models[2])
    lines = {"Accept": "application/x-ndjson"}
    for path in ("/v1/families", "/v1/search?q=qwen", f"/v1/models/{a}/descendants", f"/v1/models/{a}/parents", f"/v1/models/{b}/parents", f"/v1/models/{a}/impact",
                 f"/v1/families/{families[0]}/models", "/v1/lint", f"/v1/models/{a}/children?include_inferred=true"):
        yield "streams", path, lines
    for path in ("/v1/changes?since=0", "/v1/changes?since=1", "/v1/changes?since=2&seq=1"):
        yield "streams", path, {}
    for path in (
        "/v1/families", "/v1/families?policy=fractional", f"/v1/families/{families[0]}?policy=fractional", f"/v1/families/{families[0]}?top=1&curated=false",
        f"/v1/path?from={a}&to={b}", f"/v1/common_ancestors?of={a}&and={b}", "/v1/lint", "/v1/lint?kind=cycle&limit=1", "/v1/licenses", "/v1/inference",
        "/v1/stats", "/v1/stats?as_of=1", "/v1/snapshots", "/v1/search?q=qwen&limit=2", f"/v1/models/{a}/descendants?limit=2",
        f"/v1/models/{a}/descendants?sort=id&order=asc&relation=finetune", f"/v1/models/{a}/descendants?include_inferred=1", f"/v1/models/{a}?as_of=2026-01-05",
        f"/v1/models/{a}/ancestors?include_gone=false", f"/v1/models/{a}/impact?exposure=refers", "/healthz", "/readyz",
    ):
        yield "questions", path, {}
    for path in ("/", "/docs", "/search", "/search?q=qwen", "/search?q=%3Cb%3E", "/changes", "/quality", "/changes?kind=edge_added&as_of=2"):
        yield "pages", path, {"Accept": "text/html"}
    for path in ("/compare", f"/compare?families={families[0]},{families[-1]}&metric=downloads&share=1", "/leaderboards/downloads", "/leaderboards/families",
                 "/leaderboards/growth", f"/families/{families[0]}?by=author&log=1&from=&to="):
        yield "pages", path, {"Accept": "text/html"}
    for path in ("/nothing", "/models/no/such", "/families/qwne", "/leaderboards/growht"):
        yield "pages", path, {"Accept": "text/html"}
    for path in ("/v1/nothing", "/v1/models/no/such", "/v1/families/qwne", "/v1/models/" + a.lower(), "/v1/families/QWEN/models?limit=1", f"/v1/models/{a}?x=1",
                 f"/v1/models/{a}/descendants?sort=size", f"/v1/models/{a}/descendants?limit=0", f"/v1/models/{a}/descendants?cursor=zzz", f"/v1/models/{a}/adoption?scope=all",
                 f"/v1/models/{a}?as_of=99", "/v1/path?from=gpt2", f"/v1/path?from={a}&to=gpt2", "/v1/search", "/v1/families?policy=most", "/v1/models/%ff", "/v1",
                 "/v1/lint?kind=typo", "/v1/changes?since=9", f"/v1/families/{families[0]}/adoption?by=colour", "/v1/leaderboards/growht", "/v1/compare", "/healthz?x=1"):
        yield "refusals", path, {}


class Golden(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.dir = Path(tempfile.mkdtemp(prefix="stemma-golden-"))
        cls.addClassCleanup(shutil.rmtree, cls.dir, ignore_errors=True)

    def run_stemma(self, data, *arguments):
        done = subprocess.run([STEMMA, "--data", data, *map(str, arguments)], capture_output=True, env=ENVIRONMENT, cwd=self.dir)
        return done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")

    def load(self, hub):
        data = self.dir / hub
        weeks = nights() if hub == "drawn" else [("2026-02-01T00:00:00Z", None)]
        for when, documents in weeks:
            file = self.dir / f"{hub}.ndjson"
            if documents is None:
                subprocess.run([GENHUB, *SLICE, "--out", file], check=True, stderr=subprocess.DEVNULL)
            else:
                file.write_text("".join(json.dumps(d) + "\n" for d in documents))
            status, _, error = self.run_stemma(data, "import", file.name, "--complete", "--observed-at", when, "--accept-shrink")
            self.assertEqual(status, 0, error)
        return data

    def names(self, hub, data):
        if hub == "drawn":
            return MODELS[hub], FAMILIES[hub]
        # The most derived from, and what is deepest below them.
        models = []
        for family in ("qwen", "mistral"):
            items = json.loads(self.run_stemma(data, "descendants", family, "--sort", "depth", "--json", "--limit", "2")[1])["items"]
            models += [item["via"] for item in items] + [item["id"] for item in items]
        return sorted(set(models))[:6], ["qwen", "mistral"]

    def plain(self, text):
        for pattern, word in (
            (re.escape(str(self.dir)), "<dir>"),
            (r'"(\d+)-[0-9a-f]{16}(-gzip)?"', r'"\1-<etag>\2"'),
            # Scripts are built in only where npm was; names of files tell what they hold.
            (r'<link rel="stylesheet" href="/assets/client[^\n]*\n<script src="/assets/client[^\n]*\n', ""),
            (r'<!-- Built without Node[^\n]*\n', ""),
            (r'/assets/(\w+)\.[0-9a-f]{16}\.', r"/assets/\1.<hash>."),
            (r'observed \d+ (hours|days) ago', "observed <some time> ago"),
            (r'(<td class="name" data-label="Began">)[^<]*', r"\1<now>"),
            # swagger-ui is built in only where npm was.
            (r'<link rel="stylesheet" href="/docs/swagger-ui.css">', ""),
            (r'<div id="swagger-ui"></div>\n(<script[^\n]*\n)*', ""),
            (r'ETag: "[0-9a-f]{16}"', 'ETag: "<etag>"'),
            (r'cursor=[\w-]+', "cursor=<cursor>"),
            (r'"(stemma|rocksdb|simdjson|sqlite|xxhash|zstd|boost|curl|cpp-httplib|fmt|zlib|re2|arrow)": ?(?:"[^"]*"|null)', r'"\1":"<version>"'),
            (r'("(?:started_at|finished_at)":)"[^"]*"', r'\1"<now>"'),
            (r'("seconds":)[\d.]+', r"\1<seconds>"),
        ):
            text = re.sub(pattern, word, text)
        return text

    def check(self, path, parts):
        """Compares the parts (title, text) with what the file holds."""
        file = GOLDEN / path
        text = "".join(f"=== {title}\n{body}" + ("" if body.endswith("\n") else "\n<no newline>\n") for title, body in parts)
        if UPDATE:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            return
        expected = file.read_text("utf-8") if file.exists() else ""
        if expected == text:
            return
        lines = difflib.unified_diff(expected.splitlines(), text.splitlines(), f"tests/golden/{path}", "now", lineterm="", n=1)
        shown = [line if len(line) < 600 else line[:600] + "..." for _, line in zip(range(60), lines)]
        self.fail("answers changed (golden_test.py --update writes them anew):\n" + "\n".join(shown))

    def check_areas(self, hub, kind, answers):
        areas = {}
        for area, title, body in answers:
            areas.setdefault(area, []).append((title, self.plain(body)))
        for area, parts in areas.items():
            with self.subTest(hub=hub, kind=kind, area=area):
                self.check(f"{hub}/{kind}-{area}.txt", parts)

    def ask(self, hub, data, models, families):
        for area, arguments in commands(hub, models, families):
            for extra in ((), ("--json",)):
                status, out, error = self.run_stemma(data, *arguments, *extra)
                if arguments == ("crawls",) and not extra:
                    out = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|\d+:\d\d:\d\d", "<time>", out)
                title = "stemma " + " ".join([*arguments, *extra]) + (f" -> {status}" if status else "")
                yield area, title, out + (f"--- stderr\n{error}" if error else "")

    def fetch(self, hub, data, models, families):
        server = subprocess.Popen([STEMMA, "--data", data, "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=ENVIRONMENT)
        try:
            address = server.stdout.readline().strip().removeprefix("http://")
            connection = http.client.HTTPConnection(address, timeout=60)

            def answer(method, path, headers):
                connection.request(method, path, headers={"Host": "stemma.test", "Accept-Encoding": "identity"} | headers)
                response = connection.getresponse()
                body = response.read().decode("utf-8")
                kept = sorted(f"{k}: {v}" for k, v in response.getheaders() if k.lower() not in ("content-length", "connection", "keep-alive", "transfer-encoding"))
                return f"{response.status}\n" + "\n".join(kept) + "\n\n" + body

            for area, path, headers in routes(hub, models, families):
                title = f"GET {path}" + "".join(f" {k}: {v}" for k, v in headers.items())
                yield area, title, answer("GET", path, headers)
            for method, path in (("OPTIONS", "/v1/stats"), ("POST", "/v1/stats"), ("HEAD", "/v1/stats"), ("DELETE", "/"), ("OPTIONS", "*")):
                yield "methods", f"{method} {path}", answer(method, path, {})
            metrics = answer("GET", "/metrics", {})
            yield "questions", "GET /metrics", re.sub(r"(?m)^([^#\n]\S*) .*$", r"\1 <value>", metrics.split("\n\n", 1)[1])
        finally:
            connection.close()
            server.terminate()
            server.wait()
            server.stdout.close()

    def dump(self, hub, data, models, families):
        for name, scope in (("whole", ()), ("family", ("--family", families[0])), ("root", ("--root", models[0])), ("inferred", ("--include-inferred", "--no-curated"))):
            out = self.dir / f"dump-{hub}-{name}"
            status, _, error = self.run_stemma(data, "export", "--format", "csv,ndjson", *scope, "--out", out)
            self.assertEqual(status, 0, error)
            for file in sorted(out.iterdir()):
                text = file.read_text("utf-8")
                if file.name == "manifest.json":
                    for entry in json.loads(text)["files"]:
                        self.assertEqual(entry["sha256"], hashlib.sha256((out / entry["name"]).read_bytes()).hexdigest())
                yield name, file.name, text

    def everything(self, hub):
        data = self.load(hub)
        models, families = self.names(hub, data)
        self.check_areas(hub, "commands", self.ask(hub, data, models, families))
        self.check_areas(hub, "http", self.fetch(hub, data, models, families))
        self.check_areas(hub, "dumps", self.dump(hub, data, models, families))

    def test_answers_about_the_drawn_hub(self):
        self.everything("drawn")

    def test_answers_about_a_slice_of_a_made_up_hub(self):
        self.everything("made-up")

    def test_help(self):
        texts = []
        listed = self.run_stemma(self.dir / "none", "--help")[1]
        if "\nOptions:\n" not in listed:
            self.skipTest("this version of CLI11 lays out help in another way")
        names = re.findall(r"(?m)^  ([a-z]+) {2,}[A-Z]", listed.split("Subcommands:")[1])
        self.assertGreater(len(names), 20)
        for name in [None, *names]:
            arguments = ([name] if name else []) + ["--help"]
            texts.append(("stemma " + " ".join(arguments), self.plain(self.run_stemma(self.dir / "none", *arguments)[1]).replace(str(STEMMA), "stemma")))
        self.check("help.txt", texts)


if __name__ == "__main__":
    unittest.main(verbosity=2)
