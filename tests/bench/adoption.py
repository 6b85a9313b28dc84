#!/usr/bin/env python3
"""Times adoption on nights of a made-up hub: what a night's roll-up takes of its publish, what the store and the roll-ups grow by, and
how long answers take over all nights. The nights are made, imported and removed one after the other, so that disk is needed for one.
Quote ratios and medians: absolute times belong to one machine on one day.

Usage: tests/bench/adoption.py [--models 200000] [--nights 30] [--tools build/release/tools] [--data DIR] [--json FILE]
With --data the directory is kept, and nights that it holds already are not made again.
"""

import argparse
import http.client
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = [
    "/v1/families/qwen/adoption",
    "/v1/families/qwen/adoption?policy=fractional",
    *(f"/v1/families/qwen/adoption?by={by}&metric={metric}" for by, metric in (
        ("role", "downloads"), ("relation", "derivatives"), ("author", "derivatives"), ("author", "downloads_7d"), ("license", "new_derivatives"),
        ("library", "downloads_all_time"), ("pipeline_tag", "downloads"), ("quantizer", "downloads_7d"), ("series", "derivatives"),
        ("depth", "downloads"))),
    "/v1/compare?families=qwen,llama,deepseek&metric=downloads_7d",
    "/v1/families/qwen/growth",
    "/v1/families/qwen/survival",
    "/v1/models/{model}/adoption",
    "/v1/models/{model}/adoption?scope=subtree",
    "/v1/leaderboards/downloads?limit=100",
    "/v1/leaderboards/growth?family=qwen&limit=20",
    "/v1/leaderboards/authors?limit=100",
]


def timed(arguments, **options):
    """(seconds, of these for rolling up, peak MiB)"""
    began = time.monotonic()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **options)
    told = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.stderr.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, arguments))} failed with {process.returncode}: {told}")
    rolled = re.search(r"rolled up 1 snapshot, up to \d+, in ([\d.]+) s", told)
    return time.monotonic() - began, float(rolled[1]) if rolled else 0.0, usage.ru_maxrss / 1024


def bytes_of(path):
    if path.is_file():
        return path.stat().st_size
    return sum(f.stat().st_size for f in path.rglob("*") if f.is_file())


def get(connection, path):
    began = time.monotonic()
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status} {body[:200]}")
    return (time.monotonic() - began) * 1000, body


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=200_000)
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--tools", type=Path, default=ROOT / "build" / "release" / "tools")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json")
    args = parser.parse_args()

    work = Path(tempfile.mkdtemp(prefix="stemma-bench-"))
    data = args.data or work / "data"
    result = {"models": args.models, "nights": args.nights}
    try:
        done = json.loads(subprocess.run([args.tools / "stemma", "--data", data, "snapshots", "--json"], capture_output=True, text=True).stdout or "[]")
        if len(done) < args.nights:
            subprocess.run([args.tools / "stemma-genhub", "--models", str(args.models), "--nights", str(args.nights), "--out", work / "nights"],
                           check=True, stderr=subprocess.DEVNULL)
        publishes, grown, stored = [], [], []
        for number, file in enumerate(sorted((work / "nights").glob("*.ndjson")), 1):
            if number > len(done):
                before = bytes_of(data / "rollups") if (data / "rollups").exists() else 0
                stored.append(bytes_of(data / "store") if (data / "store").exists() else 0)
                publishes.append(timed([args.tools / "stemma", "--data", data, "import", file, "--complete", "--observed-at", file.stem]))
                grown.append(bytes_of(data / "rollups") - before)
                for old in list((data / "snapshots").glob("*.stemma")):
                    if int(old.stem) < number - 1:
                        old.unlink()
            file.unlink()
        if publishes:
            result["import_with_roll_up_s"] = statistics.median(p[0] for p in publishes[1:] or publishes)
            result["roll_up_s"] = statistics.median(p[1] for p in publishes[1:] or publishes)
            result["last_roll_up_s"] = publishes[-1][1]
            result["peak_mib"] = max(p[2] for p in publishes)
            # Nothing is removed from the store but what compaction makes smaller: over all nights, not from one to the next.
            stored.append(bytes_of(data / "store"))
            if len(stored) > 2:
                result["store_bytes_a_night"] = (stored[-1] - stored[1]) / (len(stored) - 2)
            result["rollups_bytes_a_night"] = statistics.median(grown[1:] or grown)
        result["store_mib"] = bytes_of(data / "store") / 2**20
        result["rollups_mib"] = bytes_of(data / "rollups") / 2**20
        result["snapshot_file_mib"] = max(bytes_of(f) for f in (data / "snapshots").glob("*.stemma")) / 2**20

        server = subprocess.Popen([args.tools / "stemma", "--data", data, "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True)
        try:
            port = int(server.stdout.readline().strip().rsplit(":", 1)[1])
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
            _, body = get(connection, "/v1/leaderboards/derivatives?limit=1")
            model = json.loads(body)["items"][0]["id"]
            result["answers_ms"] = {}
            for question in QUESTIONS:
                path = question.format(model=model)
                first, body = get(connection, path)
                rest = [get(connection, path)[0] for _ in range(args.rounds)]
                result["answers_ms"][path] = {"first": first, "median": statistics.median(rest), "bytes": len(body)}
        finally:
            server.terminate()
            server.wait(timeout=30)
            server.stdout.close()
    finally:
        shutil.rmtree(work, ignore_errors=True)
    for name, value in result.items():
        if name != "answers_ms":
            print(f"{name:<32} {value:,.3f}" if isinstance(value, float) else f"{name:<32} {value:,}")
    for path, times in result["answers_ms"].items():
        print(f"{path:<90} first {times['first']:8.2f} ms   then {times['median']:8.2f} ms   {times['bytes']:>8,} bytes")
    if args.json:
        Path(args.json).write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
