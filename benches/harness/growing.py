"""A lake that grows by parts of a million events over two days each, so that a larger one covers more days."""

import datetime
import json
import os
import re
import shutil
import statistics
import subprocess
from dataclasses import dataclass, replace

from . import measure
from .engine_traillake import Session

PART = 1_000_000
PART_DAYS = 2
FIRST_DAY = datetime.date(2025, 3, 3)
ANSWERED = re.compile(
    r"^([\d,]+) rows? in ([\d.]+) (ms|s|min); scanned ([\d,]+) events? and ([\d.,]+) (B|kB|MB|GB|TB), "
    r"read ([\d,]+) of ([\d,]+) files?",
    re.MULTILINE,
)
UNITS = {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "ms": 0.001, "s": 1, "min": 60}
LATEST = "latest 100"
# What metadata answers alone, and the newest events.
METADATA = {
    "count": "SELECT count(*) FROM events",
    "first and last event": "SELECT min(eventTime), max(eventTime) FROM events",
    "events by region": "SELECT awsRegion, count(*) FROM events GROUP BY awsRegion",
    LATEST: "SELECT eventTime, eventName FROM events ORDER BY eventTime DESC LIMIT 100",
}


@dataclass(frozen=True)
class Cost:
    """What the prompt says of an answered statement."""

    rows: float
    seconds: float
    bytes: float
    files: float
    of_files: float


def number(text):
    return float(text.replace(",", ""))


def costs(text):
    """What every answered statement took."""
    return [
        Cost(number(rows), number(time) * UNITS[unit], number(size) * UNITS[size_unit], number(files), number(of_files))
        for rows, time, unit, _, size, size_unit, files, of_files in ANSWERED.findall(text)
    ]


class GrowingLake:
    def __init__(self, binary, folder, events):
        self.binary, self.events = binary, events
        self.folder = os.path.join(folder, f"lake-{events}")
        self.work = os.path.join(folder, f"making-{events}")

    def command(self, *words):
        return [self.binary, "--lake", self.folder, "--color", "never", *words]

    def run(self, *words):
        _, done = measure.timed(self.command(*words))
        return done

    def query(self, sql):
        return json.loads(self.run("--quiet", "query", sql, "--format", "json").stdout)

    # Filling.

    def parts(self):
        return -(-self.events // PART)

    def days(self):
        return PART_DAYS * self.parts()

    def generate(self, part):
        """Starts to write the log files of a part."""
        logs = os.path.join(self.work, f"logs-{part}")
        shutil.rmtree(logs, ignore_errors=True)
        start = FIRST_DAY + datetime.timedelta(days=PART_DAYS * part)
        events = str(min(PART, self.events - PART * part))
        words = ["generate", logs, "--events", events, "--seed", str(1 + part), "--start", str(start)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return logs, subprocess.Popen([self.binary, *words], **quiet)

    def fill(self, said=lambda text: None):
        """Ingests the parts that are missing, the next one being written meanwhile, and merges all files in the end.

        The figures of the ingests are kept beside the lake; log files and replaced files are not.
        """
        ingests = self.ingests()
        if len(ingests) == self.parts():
            return ingests
        os.makedirs(self.work, exist_ok=True)
        coming = self.generate(len(ingests))
        for part in range(len(ingests), self.parts()):
            logs, generator = coming
            if generator.wait():
                raise RuntimeError(f"`traillake generate` failed for part {part}")
            coming = self.generate(part + 1) if part + 1 < self.parts() else None
            ingests.append(measure.of_command(self.command("--quiet", "ingest", logs)))
            shutil.rmtree(logs)
            if part + 1 == self.parts():
                self.run("compact")
            self.run("vacuum", "--older-than", "0s")
            self.keep(ingests)
            said(f"part {part + 1} of {self.parts()}")
        shutil.rmtree(self.work)
        return ingests

    def ingests(self):
        """The figures of the parts that are in the lake."""
        try:
            with open(f"{self.folder}.json", encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return []

    def keep(self, ingests):
        with open(f"{self.folder}.json", "w", encoding="utf-8") as file:
            json.dump(ingests, file)

    def remove(self):
        for folder in (self.folder, self.work):
            shutil.rmtree(folder, ignore_errors=True)
        if os.path.exists(f"{self.folder}.json"):
            os.remove(f"{self.folder}.json")

    # What it holds.

    def data_files(self):
        return self.places(file["path"] for file in self.query("SELECT path FROM system.files"))

    def places(self, paths):
        """Where data files of the lake's one store lie."""
        stores = os.path.join(self.folder, "stores")
        (store,) = os.listdir(stores)
        return [os.path.join(stores, store, "events", path) for path in paths]

    def sizes(self):
        """Bytes of the lake, of its lookup index, and of the bloom filters in its data files, as their footers say."""
        lookup = os.path.join("index", "lookup")
        return {
            "bytes": measure.bytes_below(self.folder),
            "index": measure.bytes_below(self.folder, lambda path: lookup in path),
            "bloom": sum(map(bloom_bytes, self.data_files())),
        }

    # What is asked.

    def needles(self, count):
        """Event ids and request ids from all over the lake."""
        hour = "GROUP BY date_trunc('hour', eventTime) ORDER BY date_trunc('hour', eventTime)"
        rows = self.query(f"SELECT min(eventID) AS event, min(requestID) AS request FROM events {hour}")
        rows = rows[:: max(1, len(rows) // count)][:count]
        pairs = [(("eventID", row["event"]), ("requestID", row["request"])) for row in rows]
        return [needle for pair in pairs for needle in pair if needle[1]][: count + 1]

    def measure(self, count):
        """Medians of needles, each asked for once: in a running prompt, and by `find` in a process of its own."""
        needles = self.needles(count)
        running = self.asked(f"SELECT eventName FROM events WHERE {column} = '{value}'" for column, value in needles)
        cold = [self.found(value) for _, value in needles[: max(5, count // 4)]]
        if any(cost.rows < 1 for cost in running + cold):
            raise RuntimeError("a needle was not found")
        # The first needle of a prompt lists the lake.
        return {"running": medians(running[1:]), "cold": medians(cold)}

    def asked(self, statements):
        """What each statement takes in one running prompt."""
        with Session(self.command("repl", "--format", "arrow")) as session:
            session.ask("SELECT 1 AS x")
            return [self.ask(session, sql) for sql in statements]

    def ask(self, session, sql):
        seconds, _ = session.ask(sql)
        (said,) = costs(session.said.decode())
        return replace(said, seconds=seconds)

    def found(self, value):
        """Rows and bytes as `find` says, and the time from the start of the process to its end."""
        command = self.command("find", value, "--format", "csv")
        seconds, done = measure.timed(command)
        (said,) = costs(done.stderr)
        return replace(said, seconds=seconds)

    def metadata(self):
        """Files and bytes that a running prompt reads for what metadata answers, and for the newest events."""
        answers = self.asked(METADATA.values())
        return {
            name: {"files": one.files, "of_files": one.of_files, "bytes": one.bytes}
            for name, one in zip(METADATA, answers, strict=True)
        }


def medians(group):
    return {
        "seconds": statistics.median(cost.seconds for cost in group),
        "bytes": statistics.median(cost.bytes for cost in group),
        "files": statistics.median(cost.files for cost in group),
        "asked": len(group),
    }


def bloom_bytes(path):
    """What the bloom filters of a Parquet file take."""
    from pyarrow.parquet import read_metadata

    footer = read_metadata(path)
    groups = (footer.row_group(group) for group in range(footer.num_row_groups))
    columns = (group.column(place) for group in groups for place in range(group.num_columns))
    return sum(column.bloom_filter_length or 0 for column in columns)
