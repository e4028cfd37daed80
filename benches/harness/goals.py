"""The lines to reach, worked out from the figures of one run."""

from dataclasses import dataclass
from statistics import geometric_mean

from .floor import PARSE
from .questions import LOOKUP, QUESTIONS, SCAN

RIVALS = {"duckdb": "DuckDB", "clickhouse": "ClickHouse"}
MEMORY, MEMORY_PER_FILE = 512e6, 3e3
BUSY, MANY_SMALL = "busy", "many-small"
# Lake: times ClickHouse, its summit, times DuckDB, its summit.
INGEST = {BUSY: (3, 4, 10, None), MANY_SMALL: (5, 10, 15, 30)}


@dataclass(frozen=True)
class Line:
    """A figure and what it is to reach: at least `goal`, or at most. Without a goal, a summit or only a statement."""

    part: str
    text: str
    value: float
    goal: float | None = None
    least: bool = True
    summit: float | None = None

    def reaches(self, mark):
        return mark is not None and (self.value >= mark if self.least else self.value <= mark)

    def verdict(self):
        if self.goal is None and self.summit is None:
            return "stated"
        if self.reaches(self.summit):
            return "reached, and the summit" if self.goal is not None else "reached"
        return "reached" if self.reaches(self.goal) else "not reached"


def stands(result):
    """Whether a step gave figures."""
    return bool(result) and "failed" not in result


def lake_lines(name, lake):
    """All lines that the figures of a lake allow to judge."""
    return [*ingest_lines(name, lake), *stored_lines(name, lake), *answer_lines(name, lake)]


def ingest_lines(name, lake):
    ours = lake["load"]["traillake"]
    if not stands(ours):
        return
    if name in INGEST:
        yield from rate_lines(name, lake, ours)
        share = lake["floor"][PARSE] / ours["seconds"]
        yield Line(name, f"ingest, share of the floor ({PARSE})", share, 0.35, True, 0.55)
    if stands(lake["scan"]):
        limit = MEMORY + MEMORY_PER_FILE * lake["scan"]["files"]
        yield Line(name, "peak memory of ingest / (512 MB + 3 kB a live file)", ours["peak_bytes"] / limit, 1, False)
    if name == BUSY:
        yield Line(name, "share of the cores in use while ingesting", ours["cores"], 0.9)
    if stands(lake["redeliver"]):
        again = lake["redeliver"]["seconds"] / ours["seconds"]
        yield Line(name, "all events delivered again, times the time of their ingest", again)


def stored_lines(name, lake):
    if stands(lake["stored"]["traillake"]):
        share = lake["stored"]["traillake"]["loaded"] / lake["tally"]["source_bytes"]
        wanted = (0.70, False, 0.55) if name == BUSY else ()
        yield Line(name, "stored bytes / gzip source, whole records", share, *wanted)


def rate_lines(name, lake, ours):
    times_clickhouse, summit_clickhouse, times_duckdb, summit_duckdb = INGEST[name]
    wanted = {"clickhouse": (times_clickhouse, summit_clickhouse), "duckdb": (times_duckdb, summit_duckdb)}
    for rival, (goal, summit) in wanted.items():
        if stands(lake["load"][rival]):
            ratio = lake["load"][rival]["seconds"] / ours["seconds"]
            yield Line(name, f"ingest, events/s, times {RIVALS[rival]}", ratio, goal, True, summit)


def answer_lines(name, lake):
    for rival, title in RIVALS.items():
        first, again = ratios(lake, rival, "first"), ratios(lake, rival, "again")
        lookups, scans = (
            [first[question.name] for question in QUESTIONS if question.kind == kind and question.name in first]
            for kind in (LOOKUP, SCAN)
        )
        if not lookups or not scans:
            continue
        yield Line(
            name, f"first runs, needles, count and latest, times {title}, geometric mean", geometric_mean(lookups), 5
        )
        yield Line(name, f"first runs, scans, times {title}, geometric mean", geometric_mean(scans), 1)
        yield Line(name, f"first runs, the slowest scan, times {title}", min(scans), 0.8)
        everything = geometric_mean(first.values())
        yield Line(name, f"first runs, all, times {title}, geometric mean", everything, summit=2.5)
        yield Line(name, f"repeated runs, times {title}, geometric mean", geometric_mean(again.values()), 1)


def ratios(lake, rival, run):
    """Question by question, how many times as fast as a rival; only where the answers agree."""
    ours, theirs = lake["answers"].get("traillake"), lake["answers"].get(rival)
    if not stands(ours) or not stands(theirs):
        return {}
    wrong = disagreements(lake)
    return {name: theirs[name][run] / answer[run] for name, answer in ours.items() if name not in wrong}


def disagreements(lake):
    """The questions whose answers differ between engines or from the count of the log files."""
    found = {}
    answers = {engine: given for engine, given in lake["answers"].items() if stands(given)}
    for question in QUESTIONS:
        given = {
            engine: (each[question.name]["rows"], each[question.name]["digest"]) for engine, each in answers.items()
        }
        known = lake["tally"]["expected"].get(question.name, {})
        truth = [(known.get("rows", rows), known.get("digest", digest)) for rows, digest in given.values()]
        if len(set(given.values()) | set(truth)) > 1:
            rows = ", ".join(f"{engine} {count} rows ({digest})" for engine, (count, digest) in given.items())
            counted = f"; the log files: {known['rows']} rows" if "rows" in known else ""
            found[question.name] = rows + counted
    return found
