"""What exact dedupe costs an ingest into a large store, where under 1 % of the events are there already.

New log files are made of two days. Half of them are ingested first; the other half, and a few of the first half
under other names, are then timed twice: into the large store, which has to find the re-delivered events among its
own, and into an empty one, which has nothing to find. Merging is left out of both (`--compact-at 0`).
"""

import datetime
import json
import os
import shutil
import statistics
import tempfile
import time

from . import measure
from .growing import FIRST_DAY, PART, GrowingLake
from .lakes import generate_events, log_files

EVERY = 125


class Delivery:
    """The log files of one run."""

    def __init__(self, lake, run):
        self.folder = os.path.join(lake.work, f"delivery-{run}")
        self.first, self.second = (os.path.join(self.folder, half) for half in ("first", "second"))
        # Events that the lake cannot have, not even of a run that was interrupted here.
        seed = int(time.time())
        start = FIRST_DAY + datetime.timedelta(days=lake.days() + 2 * run)
        shutil.rmtree(self.folder, ignore_errors=True)
        generate_events(lake.binary, self.second, min(PART, lake.events), seed, start)
        self.split()
        self.again = self.delivered_again()

    def split(self):
        for path in log_files(self.second)[::2]:
            place = os.path.join(self.first, os.path.relpath(path, self.second))
            os.makedirs(os.path.dirname(place), exist_ok=True)
            os.rename(path, place)

    def delivered_again(self):
        """Copies under names that differ in their last part, as CloudTrail would name them; the number of their events."""
        events = 0
        for path in log_files(self.first)[::EVERY]:
            folder, name = os.path.split(os.path.join(self.second, os.path.relpath(path, self.first)))
            os.makedirs(folder, exist_ok=True)
            shutil.copyfile(path, os.path.join(folder, renamed(name)))
            events += events_of(path)
        return events


def renamed(name):
    """`..._20250303T1510Z_0Mqv3ug3OeQ80DPn.json.gz` with another unique part."""
    stem, end = name.split(".", 1)
    common, unique = stem.rsplit("_", 1)
    return f"{common}_{unique[::-1]}x.{end}"


def events_of(path):
    import orjson
    from isal import igzip

    with igzip.open(path) as file:
        return len(orjson.loads(file.read())["Records"])


def ingest(lake, *words):
    """What it took and the counts of its summary."""
    with tempfile.TemporaryFile() as said:
        command = lake.command("--quiet", "ingest", *words, "--compact-at", "0", "--format", "json")
        taken = measure.of_command(command, stdout=said)
        said.seek(0)
        return {**taken, **json.loads(said.read())["events"]}


def one(lake, run):
    """Both ingests in turn, and everything once more into the large store."""
    delivery = Delivery(lake, run)
    ingest(lake, delivery.first)
    empty = GrowingLake(lake.binary, delivery.folder, 0)
    taken = {}
    for name, store in (("large", lake), ("empty", empty))[:: 1 - 2 * (run % 2)]:
        taken[name] = ingest(store, delivery.second)
    again = ingest(lake, delivery.second, "--retry")
    shutil.rmtree(delivery.folder)
    expect("found again among a large store's events", taken["large"]["duplicate"], delivery.again)
    expect("found again in an empty store", taken["empty"]["duplicate"], 0)
    expect("found again when all is delivered once more", again["duplicate"], again["read"])
    return {
        "events": taken["large"]["read"],
        "share": delivery.again / taken["large"]["read"],
        "large": taken["large"]["seconds"],
        "empty": taken["empty"]["seconds"],
        "cost": taken["large"]["seconds"] / taken["empty"]["seconds"] - 1,
        "cpu_cost": taken["large"]["cpu_seconds"] / taken["empty"]["cpu_seconds"] - 1,
        "bulk": again["seconds"] / taken["large"]["seconds"],
    }


def expect(what, found, wanted):
    if found != wanted:
        raise RuntimeError(f"{found} events {what} instead of {wanted}")


def dedupe(lake, runs):
    """Medians; the cost is that of each pair."""
    each = [one(lake, run) for run in range(runs)]
    return {name: statistics.median(run[name] for run in each) for name in each[0]} | {"runs": runs}
