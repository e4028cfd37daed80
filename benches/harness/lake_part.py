"""One of the four lakes: its log files, every engine's store of them, and the questions."""

import os
import shutil
import statistics

from . import lakes
from .bench import say
from .goals import INGEST

ENGINES = ("traillake", "duckdb", "clickhouse")
SCAN_RUNS = 3


class LakePart:
    def __init__(self, bench, ledger, shape):
        self.bench, self.ledger, self.shape = bench, ledger, shape
        self.logs, self.stores = (os.path.join(bench.work, f"{shape.name}-{part}") for part in ("logs", "stores"))

    def step(self, key, text, name, **setting):
        """A step of this lake, unless an earlier run did it."""

        def action():
            say(self.shape.name, text)
            return self.bench.step(name, **setting)

        return self.ledger.step(f"{self.shape.name}/{key}", action)

    def result(self):
        """Everything about the lake. The order matters: merging and delivering again change the stores."""
        runs = self.bench.options.runs
        tally = self.ledger.step(f"{self.shape.name}/tally", self.made)
        setting = {"logs": self.logs, "stores": self.stores, "largest": tally["largest"], "values": tally["values"]}
        floor = self.ledger.step(f"{self.shape.name}/floor", lambda: self.floor(runs, setting))
        load = self.loads(setting)
        loaded = self.each("loaded", "stored", **setting)
        settle = self.each("settle", "settle", **setting)
        settled = self.each("settled", "stored", **setting)
        scan = self.step("scan", "bare scans", "scan_floor", runs=min(runs, SCAN_RUNS), **setting)
        answers = self.answers(setting, load)
        redeliver = self.step("redeliver", "deliver again", "redeliver", engine="traillake", **setting)
        return {
            "tally": tally,
            "floor": floor,
            "load": load,
            "stored": {engine: flat({"loaded": loaded[engine], "settled": settled[engine]}) for engine in ENGINES},
            "settle": settle,
            "scan": scan,
            "answers": answers,
            "redeliver": redeliver,
        }

    def made(self):
        """Writes the log files and counts what they hold."""
        say(self.shape.name, "generate")
        shutil.rmtree(self.logs, ignore_errors=True)
        os.makedirs(self.stores, exist_ok=True)
        lakes.generate(self.bench.binary, self.shape, self.bench.options.scale, self.logs)
        return self.bench.certain("tally", logs=self.logs)

    def floor(self, runs, setting):
        say(self.shape.name, "floor")
        return self.bench.certain("ingest_floor", runs=runs, **setting)

    def remove(self):
        for folder in (self.logs, self.stores):
            shutil.rmtree(folder, ignore_errors=True)

    def each(self, key, name, **setting):
        return {
            engine: self.step(f"{key}/{engine}", f"{key}, {engine}", name, engine=engine, **setting)
            for engine in ENGINES
        }

    def turns(self, engine):
        """How often an engine ingests: where no line compares the ingest of engines, the others do once."""
        return self.bench.options.runs if engine == "traillake" or self.shape.name in INGEST else 1

    def loads(self, setting):
        """Ingest of every engine in turn, so that a busy moment of the machine meets all."""
        runs = {engine: [] for engine in ENGINES}
        for turn in range(self.bench.options.runs):
            for engine in ENGINES:
                if failure(runs[engine]) or turn >= self.turns(engine):
                    continue
                text = f"ingest {turn + 1}, {engine}"
                runs[engine].append(self.step(f"load/{turn}/{engine}", text, "load", engine=engine, **setting))
        return {engine: load_medians(each) for engine, each in runs.items()}

    def answers(self, setting, load):
        """The questions, to every engine in turn; an engine that could not ingest is not asked."""
        runs = {engine: [one] if "failed" in one else [] for engine, one in load.items()}
        for turn in range(self.bench.options.runs):
            for engine in ENGINES:
                if failure(runs[engine]):
                    continue
                asked = {"engine": engine, "turn": turn * 3, "repeats": self.bench.options.repeats, **setting}
                text = f"questions {turn + 1}, {engine}"
                runs[engine].append(self.step(f"ask/{turn}/{engine}", text, "ask", **asked))
        return {engine: answer_medians(each) for engine, each in runs.items()}


def flat(stored):
    """The failure of one of the two figures is that of both."""
    return next((one for one in stored.values() if isinstance(one, dict)), stored)


def failure(runs):
    return next((run for run in runs if "failed" in run), None)


def load_medians(runs):
    if failure(runs):
        return failure(runs)
    return {
        "seconds": statistics.median(run["seconds"] for run in runs),
        "cores": statistics.median(run["cpu_seconds"] / run["seconds"] for run in runs) / os.cpu_count(),
        "peak_bytes": max(run["peak_bytes"] for run in runs),
        "runs": len(runs),
    }


def answer_medians(runs):
    if failure(runs):
        return failure(runs)
    medians = {}
    for name, answer in runs[0].items():
        given = {(run[name]["rows"], run[name]["digest"]) for run in runs}
        medians[name] = {
            "first": statistics.median(run[name]["first"] for run in runs),
            "again": statistics.median(seconds for run in runs for seconds in run[name]["again"]),
            "rows": answer["rows"],
            "digest": answer["digest"] if len(given) == 1 else "differs from run to run",
        }
    return medians
