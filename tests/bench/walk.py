#!/usr/bin/env python3
"""How fast a crawl takes pages when the hub costs nothing: serves a listing from memory over a loopback socket and times the
walk, from bytes on the socket to stored. Prints models a second, bytes, and what the walking process held in memory early
and late.

Usage: tests/bench/walk.py LISTING [--stemma build/release/tools/stemma] [--runs 3] [--gzip] [--limit N]
"""

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import threading
import time
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def read_pages(listing, limit):
    """The listing's documents in order of _id, a thousand a page, as bodies of the Hub."""
    opener = ["zstd", "-dcq", listing] if str(listing).endswith(".zst") else ["cat", listing]
    documents = []
    with subprocess.Popen(opener, stdout=subprocess.PIPE) as child:
        for line in child.stdout:
            line = line.strip()
            at = line.find(b'"_id":')
            documents.append((line[at + 6:].split(b'"', 2)[1], line))
            if limit and len(documents) >= limit:
                child.kill()
                break
    documents.sort()
    return [b"[" + b",".join(text for _, text in documents[i:i + 1000]) + b"]" for i in range(0, len(documents), 1000)], len(documents)


class Server:
    """Answers page after page from memory: one connection at a time, nothing computed while it is asked."""

    def __init__(self, bodies, packed):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.answers = []
        for i, body in enumerate(bodies):
            head = [b"HTTP/1.1 200 OK", b"Content-Type: application/json"]
            if packed:
                compressor = zlib.compressobj(1, wbits=31)
                body = compressor.compress(body) + compressor.flush()
                head.append(b"Content-Encoding: gzip")
            if i + 1 < len(bodies):
                head.append(f'Link: <{self.url}/api/models?cursor={i + 1}>; rel="next"'.encode())
            head.append(f"Content-Length: {len(body)}".encode())
            self.answers.append(b"\r\n".join(head) + b"\r\n\r\n" + body)
        self.last = 0.0  # when the last page had been sent
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            connection, _ = self.socket.accept()
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        pending = b""
        with connection:
            while True:
                while b"\r\n\r\n" not in pending:
                    try:
                        got = connection.recv(65536)
                    except OSError:
                        return
                    if not got:
                        return
                    pending += got
                request, pending = pending.split(b"\r\n\r\n", 1)
                target = request.split(b" ", 2)[1]
                page = int(target.split(b"cursor=")[1].split(b"&")[0]) if b"cursor=" in target else 0
                if b"direction=-1" in target:
                    page = len(self.answers) - 1
                connection.sendall(self.answers[page])
                if page == len(self.answers) - 1:
                    self.last = time.monotonic()


def resident_kib(pid):
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def walk(stemma, server, observed):
    folder = tempfile.mkdtemp(prefix="stemma-walk-")
    try:
        began = time.monotonic()
        server.last = 0.0
        process = subprocess.Popen([stemma, "--data", f"{folder}/data", "crawl", "--hub", server.url, "--observed-at", observed],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        samples = []
        while process.poll() is None and not server.last:
            samples.append(resident_kib(process.pid))
            time.sleep(0.05)
        walked = server.last - began  # the last page is stored some milliseconds later
        error = process.communicate()[1]
        if process.returncode != 0:
            raise SystemExit(error)
        third = len(samples) // 3 or 1
        return walked, time.monotonic() - began, max(samples[:third]) / 1024, max(samples[-third:]) / 1024
    finally:
        shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("listing", type=Path)
    parser.add_argument("--stemma", type=Path, default=ROOT / "build" / "release" / "tools" / "stemma")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--gzip", action="store_true", help="serve compressed pages, as the Hub does")
    parser.add_argument("--limit", type=int, default=0, help="only so many documents")
    arguments = parser.parse_args()
    bodies, models = read_pages(arguments.listing, arguments.limit)
    server = Server(bodies, arguments.gzip)
    size = sum(map(len, bodies))
    print(f"{models:,} models, {len(bodies):,} pages, {size / 2**20:.0f} MiB, {'gzip' if arguments.gzip else 'plain'}")
    results = [walk(arguments.stemma, server, "2026-11-01") for _ in range(arguments.runs)]
    walked = statistics.median(r[0] for r in results)
    print(f"walk: {walked:.2f} s, {models / walked:,.0f} models/s, {size / walked / 2**20:.0f} MiB/s; with publishing {statistics.median(r[1] for r in results):.2f} s")
    print(f"resident while walking: first third {statistics.median(r[2] for r in results):.0f} MiB, last third {statistics.median(r[3] for r in results):.0f} MiB")


if __name__ == "__main__":
    main()
