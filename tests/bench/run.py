#!/usr/bin/env python3
"""Times the main job on one listing: import with publishing, size on disk, answers of a running server. Prints a table and, with
--json FILE, the same as JSON. Quote ratios and medians: absolute times belong to one machine on one day.

Usage: tests/bench/run.py LISTING [--stemma build/release/tools/stemma] [--runs 3] [--json FILE]
"""

import argparse
import http.client
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def timed_child(arguments):
    """(seconds, peak MiB, stdout) of a child process, by the kernel's own accounting."""
    began = time.monotonic()
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.stdout.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, arguments))} failed with {process.returncode}")
    return time.monotonic() - began, usage.ru_maxrss / 1024, out


def disk_mib(folder):
    return sum(f.stat().st_size for f in Path(folder).rglob("*") if f.is_file()) / 2**20


def latencies(host, path, headers, count):
    connection = http.client.HTTPConnection(host, timeout=30)
    times, size = [], 0
    for _ in range(count):
        began = time.monotonic()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        size = len(answer.read())
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        times.append((time.monotonic() - began) * 1000)
    connection.close()
    times.sort()
    return {"p50_ms": statistics.median(times), "p99_ms": times[max(0, int(len(times) * 0.99) - 1)], "bytes": size}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("listing")
    parser.add_argument("--stemma", default=ROOT / "build" / "release" / "tools" / "stemma")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--json")
    args = parser.parse_args()

    work = Path(tempfile.mkdtemp(prefix="stemma-bench-"))
    rows = []
    try:
        walls, peaks = [], []
        for _ in range(args.runs):
            shutil.rmtree(work / "data", ignore_errors=True)
            wall, peak, _ = timed_child([args.stemma, "--data", work / "data", "import", args.listing, "--complete", "--observed-at", "2024-07-11"])
            walls.append(wall)
            peaks.append(peak)
        stats = json.loads(timed_child([args.stemma, "--data", work / "data", "stats", "--json"])[2])
        wall = statistics.median(walls)
        rows.append(("import and publish, s", wall))
        rows.append(("documents a second", stats["models"] / wall))
        rows.append(("peak memory, MiB", max(peaks)))
        rows.append(("data directory, MiB", disk_mib(work / "data")))
        rows.append(("of it the store, MiB", disk_mib(work / "data" / "store")))
        rows.append(("of it the snapshot file, MiB", disk_mib(work / "data" / "snapshots")))
        again = timed_child([args.stemma, "--data", work / "data", "import", args.listing, "--complete", "--observed-at", "2024-07-12"])
        rows.append(("the same again, s", again[0]))
        cold = statistics.median(timed_child([args.stemma, "--data", work / "data", "show", "openai-community/gpt2"])[0] for _ in range(5))
        rows.append(("one command line query, ms", cold * 1000))

        server = subprocess.Popen([args.stemma, "--data", work / "data", "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            host = server.stdout.readline().strip().removeprefix("http://")
            largest = max(
                (json.loads(timed_child([args.stemma, "--data", work / "data", "family", name, "--json"])[2])["derivatives"], name)
                for name in ("qwen", "deepseek", "llama", "mistral", "gemma", "phi"))[1]
            for label, path, headers in [
                (f"HTTP models of {largest}, first page", f"/v1/families/{largest}/models", {}),
                ("HTTP descendants of Mistral-7B-v0.1, first page", "/v1/models/mistralai/Mistral-7B-v0.1/descendants", {}),
                ("HTTP the same, all as NDJSON", "/v1/models/mistralai/Mistral-7B-v0.1/descendants", {"Accept": "application/x-ndjson"}),
                ("HTTP one model", "/v1/models/openai-community/gpt2", {}),
                ("HTTP search keystroke", "/v1/search?q=mistral", {}),
                ("HTTP search with a typo", "/v1/search?q=mistrla%20instrct", {}),
            ]:
                result = latencies(host, path, headers, args.requests)
                rows.append((f"{label}, p50 ms ({result['bytes']} bytes)", result["p50_ms"]))
                rows.append((f"{label}, p99 ms", result["p99_ms"]))
        finally:
            server.terminate()
            server.wait()
            server.stdout.close()
    finally:
        shutil.rmtree(work, ignore_errors=True)
    width = max(len(label) for label, _ in rows)
    for label, value in rows:
        print(f"{label:<{width}}  {value:12,.2f}")
    if args.json:
        Path(args.json).write_text(json.dumps(dict(rows), indent=2) + "\n")


if __name__ == "__main__":
    main()
