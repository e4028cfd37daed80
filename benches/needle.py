#!/usr/bin/env python3
"""How the cost of finding one value grows with the lake: time, bytes and files of needles in lakes of several sizes.

Needles are event ids and request ids from all over the lake, each asked for once in one running prompt, the first of
them left out (it lists the lake); then some of them once more with `traillake find`, each in a process of its own.
Prints a table and, for the largest lake against the smallest, the ratio of the medians. Needs pyarrow.
"""

import argparse
import os

from harness.growing import GrowingLake

HEAD = ["events", "lake", "index", "bloom filters", "running: time", "bytes", "of the lake", "files"]
HEAD += ["cold: time", "bytes", "files"]


def row(events, sizes, figures):
    running, cold = figures["running"], figures["cold"]
    return [
        f"{events:,}",
        f"{sizes['bytes'] / 1e6:.0f} MB",
        f"{sizes['index'] / sizes['bytes']:.1%}",
        f"{sizes['bloom'] / sizes['bytes']:.1%}",
        f"{1e3 * running['seconds']:.1f} ms",
        f"{running['bytes'] / 1e3:.0f} kB",
        f"{running['bytes'] / sizes['bytes']:.3%}",
        f"{running['files']:.0f}",
        f"{1e3 * cold['seconds']:.0f} ms",
        f"{cold['bytes'] / 1e3:.0f} kB",
        f"{cold['files']:.0f}",
    ]


def show(cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", help="the traillake to measure, a release build")
    parser.add_argument("folder", help="where the lakes are made; those of an earlier run are used again")
    parser.add_argument("--events", default="1000000,30000000", help="sizes of the lakes, ascending")
    parser.add_argument("--needles", type=int, default=20)
    options = parser.parse_args()
    show(HEAD)
    show(["---"] * len(HEAD))
    measured = []
    for events in map(int, options.events.split(",")):
        lake = GrowingLake(os.path.abspath(options.binary), os.path.abspath(options.folder), events)
        lake.fill()
        measured.append(lake.measure(options.needles))
        show(row(events, lake.sizes(), measured[-1]))
    running, cold = (measured[-1][way]["seconds"] / measured[0][way]["seconds"] for way in ("running", "cold"))
    print(f"\nlargest against smallest: running {running:.2f} x the time, cold {cold:.2f} x")


if __name__ == "__main__":
    main()
