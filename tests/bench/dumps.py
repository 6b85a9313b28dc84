#!/usr/bin/env python3
"""Times dumps of a made-up hub: each format of the whole graph alone, all of them at once, with their peak memory, and writing and reading
the largest Parquet table beside pyarrow in the same run. Quote ratios: absolute times belong to one machine on one day.

Wants pyarrow (build/python has it). Usage: build/python/bin/python tests/bench/dumps.py [--models 1000000] [--stemma build/release/tools] [--json FILE]
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FORMATS = ["csv", "ndjson", "parquet", "parquet-graph", "sqlite", "graphml", "gexf", "csr", "gephi", "neo4j"]


def timed(arguments):
    """(seconds, peak MiB)"""
    began = time.monotonic()
    process = subprocess.Popen(list(map(str, arguments)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    told = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.stderr.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(told)
    return time.monotonic() - began, usage.ru_maxrss / 1024


def bytes_of(folder):
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=1_000_000)
    parser.add_argument("--stemma", type=Path, default=ROOT / "build" / "release" / "tools")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json")
    args = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="stemma-bench-"))
    result = {"models": args.models, "formats": {}}
    try:
        subprocess.run([args.stemma / "stemma-genhub", "--models", str(args.models), "--out", work / "hub.ndjson"], check=True, stderr=subprocess.DEVNULL)
        timed([args.stemma / "stemma", "--data", work / "data", "import", work / "hub.ndjson", "--complete"])
        (work / "hub.ndjson").unlink()
        export = lambda formats, out: timed([args.stemma / "stemma", "--data", work / "data", "export", "--format", formats, "--out", out])
        for name in FORMATS:
            seconds, peak = export(name, work / "out")
            size = bytes_of(work / "out")
            result["formats"][name] = {"seconds": seconds, "peak_mib": peak, "mb": size / 1e6}
            print(f"{name:<14} {seconds:7.2f} s  {size / 1e6:8.1f} MB  {size / 1e6 / seconds:7.0f} MB/s  peak {peak:6.0f} MiB", flush=True)
            shutil.rmtree(work / "out")
        seconds, peak = export(",".join(FORMATS), work / "all")
        result["all"] = {"seconds": seconds, "peak_mib": peak}
        print(f"{'all at once':<14} {seconds:7.2f} s  peak {peak:6.0f} MiB", flush=True)

        import pyarrow.parquet
        models = next((work / "all" / "models").rglob("*.parquet"))
        table = pyarrow.parquet.read_table(models)
        write, read, ours = [], [], []
        for _ in range(args.runs):
            began = time.monotonic()
            pyarrow.parquet.write_table(table, work / "peer.parquet", compression="zstd", row_group_size=1 << 17)
            write.append(time.monotonic() - began)
            began = time.monotonic()
            pyarrow.parquet.read_table(models)
            read.append(time.monotonic() - began)
            ours.append(export("parquet", work / "again")[0])
            shutil.rmtree(work / "again")
        result["pyarrow"] = {"write_models_s": statistics.median(write), "read_models_s": statistics.median(read), "stemma_all_tables_s": statistics.median(ours)}
        print(f"models.parquet: pyarrow writes it in {statistics.median(write):.2f} s and reads it in {statistics.median(read):.2f} s; stemma writes all seven tables in {statistics.median(ours):.2f} s")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if args.json:
        Path(args.json).write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
