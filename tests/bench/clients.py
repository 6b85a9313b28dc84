#!/usr/bin/env python3
"""How long a good client waits beside many bad ones: half of these send half a head and then nothing, a quarter say nothing at
all, a quarter ask for a long stream and never read it. Prints the latencies of the good client alone and beside them.

Usage: tests/bench/clients.py DATA [--stemma build/release/tools/stemma] [--bad 2000] [--requests 200] [--model NAME]
"""

import argparse
import http.client
import resource
import socket
import statistics
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def bad_client(port, kind, model):
    client = socket.socket()
    if kind == 3:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", port))
    if kind in (0, 1):
        client.sendall(b"GET /v1/stats HTTP/1.1\r\nHost: a\r\nX-Slow: ")
    elif kind == 3:
        client.sendall(f"GET /v1/models/{model}/descendants HTTP/1.1\r\nHost: a\r\nAccept: application/x-ndjson\r\n\r\n".encode())
    return client


def latencies(port, count, model):
    taken = []
    for i in range(count):
        begin = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/healthz" if i % 2 else f"/v1/models/{model}")
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        connection.close()
        taken.append((time.perf_counter() - begin) * 1000)
    return taken


def told(name, taken):
    taken.sort()
    print(f"{name:<10} median {statistics.median(taken):8.2f} ms   p99 {taken[int(len(taken) * 0.99)]:8.2f} ms   longest {taken[-1]:8.2f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--stemma", default=ROOT / "build/release/tools/stemma")
    parser.add_argument("--bad", type=int, default=2000)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--model", default="mistralai/Mistral-7B-v0.1")
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = subprocess.Popen([options.stemma, "--data", options.data, "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    try:
        port = int(server.stdout.readline().strip().rsplit(":", 1)[1])
        latencies(port, 20, options.model)
        told("alone", latencies(port, options.requests, options.model))
        bad = [bad_client(port, i % 4, options.model) for i in range(options.bad)]
        told(f"beside {len(bad)}", latencies(port, options.requests, options.model))
        for client in bad:
            client.close()
    finally:
        server.terminate()
        server.wait(timeout=20)


if __name__ == "__main__":
    main()
