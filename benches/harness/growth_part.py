"""What grows with a lake: needles, the index, metadata answers, cold start, dedupe; and with its number of files."""

import os
import shutil
import sys

from .bench import HERE, say
from .network import network

NEEDLES = 20
COLD_RUNS, DEDUPE_RUNS, FILES_RUNS = 11, 3, 3


class GrowthPart:
    """Lakes of several sizes; what is asked of one alone is asked of the largest."""

    def __init__(self, bench, ledger):
        self.bench, self.ledger = bench, ledger
        self.folder = os.path.join(bench.work, "growth")

    def step(self, events, name, **setting):
        def action():
            say("growth", f"{name}, {events:,} events")
            return self.bench.step(name, folder=self.folder, events=events, **setting)

        return self.ledger.step(f"growth/{events}/{name}", action)

    def result(self):
        os.makedirs(self.folder, exist_ok=True)
        sizes = sorted(self.bench.options.growth)
        lakes = {str(events): self.lake(events) for events in sizes}
        return {"lakes": lakes, **self.largest(sizes[-1], lakes[str(sizes[-1])])}

    def lake(self, events):
        fill = self.step(events, "fill")
        if "failed" in fill:
            return {"fill": fill}
        return {
            "fill": fill,
            "sizes": self.step(events, "sizes"),
            "needles": self.step(events, "needles", count=NEEDLES),
        }

    def largest(self, events, lake):
        """Dedupe comes last, as it adds to the lake."""
        if "failed" in lake["fill"]:
            return {}
        runs = self.bench.options.runs
        return {
            "metadata": self.step(events, "metadata"),
            "duckdb": (copied := self.step(events, "duckdb_parts")),
            "cold_start": copied if "failed" in copied else self.step(events, "cold_start", runs=COLD_RUNS),
            "dedupe": self.step(events, "dedupe", runs=min(runs, DEDUPE_RUNS)),
        }

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class FilesPart:
    """Stores of many files, made up in the log."""

    def __init__(self, bench, ledger):
        self.bench, self.ledger = bench, ledger
        self.folder = os.path.join(bench.work, "files")

    def result(self):
        return {str(files): self.row(files) for files in sorted(self.bench.options.files)}

    def row(self, files):
        def action():
            say("files", f"{files:,} files")
            return self.bench.step("many_files", files=files, runs=FILES_RUNS, folder=self.folder)

        return self.ledger.step(f"files/{files}", action)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class NetworkPart:
    """The network test, where there is something to run it with."""

    def __init__(self, bench, ledger):
        self.bench, self.ledger = bench, ledger

    def result(self):
        say("network", self.bench.options.network_test)
        found = network(self.bench.options.network_test, os.path.dirname(HERE), self.bench.options.timeout)
        return found or {"failed": "there is no `cargo` here to run the test with"}

    def remove(self):
        """Leaves nothing."""


def space_needed(options, parts):
    """Bytes that the parts may need at once, generously; all are removed when a part is complete."""
    lakes = 8e9 * options.scale
    growth = 500 * sum(options.growth) if "growth" in parts else 0
    return max(lakes, growth) if not options.keep else lakes + growth


def check_space(options, parts, work):
    free = shutil.disk_usage(work).free
    if free < space_needed(options, parts):
        sys.exit(f"`{work}` has {free / 1e9:.0f} GB free, {space_needed(options, parts) / 1e9:.0f} GB may be needed")
