"""A time-bounded question from process start to end: `traillake query` against `duckdb -c` on its own Parquet files."""

import datetime
import os
import shutil
import statistics
import subprocess

from . import measure
from .growing import FIRST_DAY, PART_DAYS
from .records import COLUMNS

QUESTION = (
    "SELECT eventSource, eventName, count(*) AS n FROM {table} WHERE eventTime >= '{begin}' AND eventTime < '{end}'"
    " GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
)
SPANS = {"an hour": datetime.timedelta(hours=1), "a day": datetime.timedelta(days=1)}


def cell(name, kind):
    return f'to_json({name}) AS "{name}"' if kind == "JSON" else f'CAST({name} AS {kind}) AS "{name}"'


class DuckDbParts:
    """DuckDB's copy of a growing lake: its own types, zstd, sorted by time, a file for each part of the lake.

    DuckDB reads the events from TrailLake's files, which takes it a tenth of the time that the log files would.
    """

    def __init__(self, lake):
        self.lake, self.folder = lake, f"{lake.folder}-duckdb"

    def table(self):
        return f"'{self.folder}/*.parquet'"

    def make(self):
        import duckdb

        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        for part in range(self.lake.parts()):
            connection.execute(self.part_sql(part))
        (events,) = connection.execute(f"SELECT count(*) FROM {self.table()}").fetchone()
        if events != self.lake.events:
            raise RuntimeError(f"DuckDB's files hold {events} events instead of {self.lake.events}")
        return measure.bytes_below(self.folder)

    def part_sql(self, part):
        begin = FIRST_DAY + datetime.timedelta(days=PART_DAYS * part)
        end = begin + datetime.timedelta(days=PART_DAYS)
        files = self.lake.query(
            f"SELECT path FROM system.files WHERE last_event >= '{begin}' AND first_event < '{end}'"
        )
        places = self.lake.places(file["path"] for file in files)
        columns = ", ".join(cell(name, kind) for name, kind, _ in COLUMNS)
        return (
            f"COPY (SELECT {columns} FROM read_parquet({places}, hive_partitioning = false)"
            f" WHERE eventtime >= '{begin}' AND eventtime < '{end}' ORDER BY eventtime)"
            f" TO '{self.folder}/{part:04}.parquet' (FORMAT parquet, COMPRESSION zstd)"
        )


def client():
    """DuckDB's command line, without the Python script that PyPI's package starts it by."""
    import duckdb_cli

    return os.path.join(os.path.dirname(duckdb_cli.__file__), "duckdb")


def client_version():
    done = subprocess.run([client(), "-init", os.devnull, "--version"], capture_output=True, text=True, check=True)
    return f"duckdb -c {done.stdout.split()[0]}"


def windows(days, span, runs):
    """Begin and end of each run's question: other days each time, as far as there are."""
    for run in range(runs):
        begin = datetime.datetime.combine(FIRST_DAY, datetime.time()) + datetime.timedelta(days=7 * run % days)
        if span < datetime.timedelta(days=1):
            begin += datetime.timedelta(hours=10)
        yield begin, begin + span


def asked(commands):
    """Seconds of each command, in turn; all must say the same, but for the names of the columns."""
    seconds, answers = [], set()
    for command in commands:
        taken, done = measure.timed(command)
        seconds.append(taken)
        answers.add("\n".join(done.stdout.splitlines()[1:]))
    if len(answers) != 1 or not answers.pop():
        raise RuntimeError(f"the answers differ or are empty: {commands[-1][-1]}")
    return seconds


def cold_start(lake, runs):
    """Median seconds of both, for each span."""
    table = DuckDbParts(lake).table()
    taken = {}
    for name, span in SPANS.items():
        pairs = []
        for begin, end in windows(lake.days(), span, runs):
            ours, theirs = (QUESTION.format(table=name, begin=begin, end=end) for name in ("events", table))
            ours = lake.command("--quiet", "query", ours, "--format", "csv")
            pairs.append(asked([ours, [client(), "-init", os.devnull, "-csv", "-c", theirs]]))
        ours, theirs = (statistics.median(pair[at] for pair in pairs) for at in (0, 1))
        taken[name] = {"traillake": ours, "duckdb": theirs, "runs": runs}
    return taken
