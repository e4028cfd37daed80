"""One step of the bench in a process of its own: `python -m harness.worker STEP`, STEP being a JSON object.

The answer is written as JSON to the file that the step names, so that what an engine prints does not matter.
"""

import importlib
import json
import sys

ENGINES = {"traillake": "TrailLake", "duckdb": "DuckDb", "clickhouse": "ClickHouse"}


def engine(step):
    module = importlib.import_module(f".engine_{step['engine']}", __package__)
    return getattr(module, ENGINES[step["engine"]])(step)


def load(step):
    return engine(step).load()


def redeliver(step):
    return engine(step).redeliver()


def settle(step):
    from . import measure

    return measure.of_this_process(engine(step).settle)


def stored(step):
    return engine(step).stored()


def ask(step):
    """Asks every question once, in an order turned by the run, and then again in the same order."""
    from .answers import reduced
    from .questions import QUESTIONS

    turn = step["turn"] % len(QUESTIONS)
    questions = QUESTIONS[turn:] + QUESTIONS[:turn]
    answers = {}
    with engine(step).session() as session:
        session.ask("SELECT 1 AS x")
        for question in questions:
            seconds, table = session.ask(question.text(step["engine"], step["values"]))
            answers[question.name] = {"first": seconds, "again": [], **reduced(table, question.compared)}
        for _ in range(step["repeats"]):
            for question in questions:
                seconds, _ = session.ask(question.text(step["engine"], step["values"]))
                answers[question.name]["again"].append(seconds)
    return answers


def tally(step):
    from .tally import tally

    return tally(step["logs"])


def ingest_floor(step):
    from .floor import ingest_floor

    return ingest_floor(step["logs"], step["runs"])


def scan_floor(step):
    from .floor import scan_floor
    from .questions import QUESTIONS

    files = engine({**step, "engine": "traillake"}).data_files()
    return {
        "files": len(files),
        "seconds": {question.name: scan_floor(files, question.columns, step["runs"]) for question in QUESTIONS},
    }


def versions(step):
    from .cold_start import client_version

    found = {name: importlib.import_module(f".engine_{name}", __package__).VERSION for name in ("duckdb", "clickhouse")}
    return {**found, "duckdb_client": client_version()}


def growing(step):
    from .growing import GrowingLake

    return GrowingLake(step["binary"], step["folder"], step["events"])


def fill(step):
    ingests = growing(step).fill()
    return {"ingests": len(ingests), "peak_bytes": max(one["peak_bytes"] for one in ingests)}


def sizes(step):
    return growing(step).sizes()


def needles(step):
    return growing(step).measure(step["count"])


def metadata(step):
    return growing(step).metadata()


def duckdb_parts(step):
    from .cold_start import DuckDbParts

    return {"bytes": DuckDbParts(growing(step)).make()}


def cold_start(step):
    from .cold_start import cold_start

    return cold_start(growing(step), step["runs"])


def dedupe(step):
    from .dedupe import dedupe

    return dedupe(growing(step), step["runs"])


def many_files(step):
    from pathlib import Path

    from many_files import measure

    return measure(step["binary"], step["files"], step["runs"], Path(step["folder"]))


LAKE_STEPS = (load, redeliver, settle, stored, ask, tally, ingest_floor, scan_floor)
GROWTH_STEPS = (fill, sizes, needles, metadata, duckdb_parts, cold_start, dedupe, many_files)
STEPS = {step.__name__: step for step in (versions, *LAKE_STEPS, *GROWTH_STEPS)}


def main():
    step = json.loads(sys.argv[1])
    answer = STEPS[step["step"]](step)
    with open(step["answer"], "w", encoding="utf-8") as file:
        json.dump(answer, file)


if __name__ == "__main__":
    main()
