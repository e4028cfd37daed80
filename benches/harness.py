#!/usr/bin/env python3
"""TrailLake, DuckDB and ClickHouse on the same log files, and every line to reach in numbers.

usage: benches/harness.py [--bin target/release/traillake] [--work DIR] [--only busy,growth] [--runs 5]

Prints the table. With `--work` a run can be interrupted and taken up again, or made part by part; the table has what
is measured so far. A run of a release binary over all parts in full is also kept as `benches/results/<date>-<machine>.md`;
any other only where `--output` says. What is measured and how: benches/README.md.
"""

import argparse
import os
import re
import sys
import tempfile
import time

from harness import about, lakes
from harness.bench import Bench
from harness.goals import disagreements
from harness.growth_part import FilesPart, GrowthPart, NetworkPart, check_space
from harness.lake_part import LakePart
from harness.ledger import Ledger, failed
from harness.network import DEFAULT
from harness.report import LAKES, PARTS, report

HERE = os.path.dirname(os.path.abspath(__file__))
GROWTH, FILES = [1_000_000, 30_000_000], [1_000, 100_000]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", default="target/release/traillake")
    parser.add_argument("--profile", help="the binary's build profile; by default what its path says")
    parser.add_argument("--only", type=named, default=list(PARTS), help=f"of {', '.join(PARTS)}")
    parser.add_argument("--skip", type=named, default=[], help="parts to leave out")
    parser.add_argument("--scale", type=float, default=1.0, help="part of the four lakes' events; below 1 a trial")
    parser.add_argument("--growth", type=numbers, default=GROWTH, help="events of the growing lakes")
    parser.add_argument("--files", type=numbers, default=FILES, help="files of the stores of many files")
    parser.add_argument("--runs", type=int, default=5, help="processes for each engine and step of the four lakes")
    parser.add_argument("--repeats", type=int, default=2, help="repeated runs of a question in each process")
    parser.add_argument("--network-test", default=DEFAULT, help="the command that prints the table of requests")
    parser.add_argument("--timeout", type=int, default=3600, help="seconds for one process")
    parser.add_argument("--python", help="a Python that has requirements.txt; by default one is made")
    parser.add_argument("--work", help="folder that keeps what is measured, to go on from; by default a temporary one")
    parser.add_argument("--keep", action="store_true", help="leave the logs and stores of complete parts in --work")
    parser.add_argument("--machine", help="its name in the report")
    parser.add_argument("--output", help="where to write the report")
    return parser.parse_args()


def named(text):
    """The parts of a comma-separated list, in the order in which they are run."""
    unknown = [name for name in text.split(",") if name not in PARTS]
    if unknown:
        raise SystemExit(f"unknown part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return [name for name in PARTS if name in text.split(",")]


def numbers(text):
    return [int(number) for number in text.split(",")]


def part(name, bench, ledger):
    """How a part is measured."""
    shapes = {shape.name: shape for shape in lakes.SHAPES}
    if name in shapes:
        return LakePart(bench, ledger, shapes[name])
    return {"growth": GrowthPart, "files": FilesPart, "network": NetworkPart}[name](bench, ledger)


def measured(options, ledger, work):
    """Every part that is chosen or was measured before. A part that failed somewhere is tried again the next time."""
    results = dict(ledger.kept["parts"])
    missing = [name for name in options.only if name not in options.skip and name not in results]
    if not missing:
        return results
    check_space(options, missing, work)
    bench = Bench(options, work)
    for name, value in about.facts(bench, options).items():
        ledger.fact(name, value)
    for name in missing:
        one = part(name, bench, ledger)
        results[name] = one.result()
        if failed(results[name]):
            continue
        ledger.part(name, results[name])
        if not options.keep:
            one.remove()
    return results


def complete(options, results):
    """Whether it is a result: a release binary, everything (but perhaps the network) in full, medians of at least five."""
    whole = all(name in results for name in PARTS if name != "network") and options.scale == 1 and options.runs >= 5
    sizes = set(GROWTH) <= set(options.growth) and set(FILES) <= set(options.files)
    return whole and sizes and about.profile(options) == "release"


def place(options, results):
    """Where the report is kept, if anywhere."""
    if options.output:
        return options.output
    if not complete(options, results):
        return None
    name = re.sub(r"[^a-z0-9]+", "-", about.machine(options).lower()).strip("-")
    os.makedirs(os.path.join(HERE, "results"), exist_ok=True)
    return os.path.join(HERE, "results", f"{time.strftime('%Y-%m-%d')}-{name}.md")


def run(options, work):
    ledger = Ledger(os.path.join(work, "results.json"), about.identity(options))
    results = measured(options, ledger, work)
    trial = "" if complete(options, results) else ": a trial, not a result"
    title = f"TrailLake beside DuckDB and ClickHouse, {time.strftime('%Y-%m-%d')}{trial}"
    parts = {name: results[name] for name in PARTS if name in results}
    text = report({"title": title, "facts": ledger.kept["facts"], "seconds": ledger.kept["seconds"], "parts": parts})
    kept = place(options, results)
    if kept:
        with open(kept, "w", encoding="utf-8") as file:
            file.write(text)
    print(text)
    wrong = any(disagreements(parts[name]) for name in LAKES if name in parts)
    return 1 if wrong or any(failed(one) for name, one in parts.items() if name != "network") else 0


def main():
    options = arguments()
    if options.work:
        os.makedirs(options.work, exist_ok=True)
        return run(options, os.path.abspath(options.work))
    with tempfile.TemporaryDirectory() as work:
        return run(options, work)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted: with --work, the same command goes on")
