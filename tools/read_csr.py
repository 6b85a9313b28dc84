#!/usr/bin/env python3
"""Reads the `csr` format of a dump into numpy; the layout is told in the dump's SCHEMA.md.

Usage: tools/read_csr.py DUMP        prints the models with most direct derivatives
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy


@dataclass
class Graph:
    names: list           # of each node
    offset: numpy.ndarray  # children of node i are child[offset[i]:offset[i + 1]]
    child: numpy.ndarray
    confidence: numpy.ndarray
    relation: numpy.ndarray  # 0 unspecified, 1 finetune, 2 adapter, 3 merge, 4 quantized
    state: numpy.ndarray     # 0 live, 1 gone, 2 ghost

    def children(self, node):
        return self.child[self.offset[node]:self.offset[node + 1]]


def read(folder):
    data = (Path(folder) / "graph.csr").read_bytes()
    assert data[:8] == b"STEMCSR1", "no csr file of this version"
    nodes, edges = map(int, numpy.frombuffer(data, "<u8", 2, 8))
    arrays, at = [], 24
    for kind, count in (("<u8", nodes + 1), ("<u4", edges), ("<f4", edges), ("u1", edges), ("u1", nodes)):
        arrays.append(numpy.frombuffer(data, kind, count, at))
        at += arrays[-1].nbytes
    names = [line.split("\t")[0] for line in (Path(folder) / "graph.ids.tsv").read_text("utf-8").split("\n")[:-1]]
    return Graph(names, *arrays)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    graph = read(sys.argv[1])
    degree = numpy.diff(graph.offset)
    for node in numpy.argsort(-degree.astype("i8"), kind="stable")[:10]:
        print(f"{degree[node]:8}  {graph.names[node]}")
