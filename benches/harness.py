#!/usr/bin/env python3
"""TrailLake, DuckDB and ClickHouse on the same log files: ingest, bytes, memory, the investigations, and the floors.

usage: benches/harness.py [--bin target/release/traillake] [--scale 1] [--shapes busy,many-small,wide,long] [--runs 5]

Prints the table. A run of a release binary over all lakes in full is also kept as `benches/results/<date>-<machine>.md`;
any other only where `--output` says. What is measured and how: benches/README.md.
"""

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import venv

from harness import lakes
from harness.goals import disagreements
from harness.report import failures, report

HERE = os.path.dirname(os.path.abspath(__file__))
ENGINES = ("traillake", "duckdb", "clickhouse")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", default="target/release/traillake")
    parser.add_argument("--profile", help="the binary's build profile; by default what its path says")
    parser.add_argument("--scale", type=float, default=1.0, help="part of the events; below 1 a trial")
    parser.add_argument("--shapes", type=lakes.chosen, default=lakes.SHAPES, help="comma-separated")
    parser.add_argument("--runs", type=int, default=5, help="processes for each engine and step")
    parser.add_argument("--repeats", type=int, default=2, help="repeated runs of a question in each process")
    parser.add_argument("--timeout", type=int, default=3600, help="seconds for one process")
    parser.add_argument("--python", help="a Python that has requirements.txt; by default one is made")
    parser.add_argument("--work", help="folder for logs and stores, kept; by default a temporary one")
    parser.add_argument("--machine", help="its name in the report")
    parser.add_argument("--output", help="where to write the report")
    return parser.parse_args()


class Bench:
    """The steps of the bench, each in a process of its own."""

    def __init__(self, options, work):
        self.options, self.work = options, work
        self.binary = os.path.abspath(options.bin)
        self.python = options.python or self.made_python()

    def made_python(self):
        home = os.path.join(self.work, "venv")
        python = os.path.join(home, "bin", "python")
        if not os.path.exists(python):
            venv.create(home, with_pip=True)
        requirements = os.path.join(HERE, "requirements.txt")
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--requirement", requirements], check=True)
        return python

    def step(self, name, **setting):
        """Runs one step; a failure is a result too."""
        answer = os.path.join(self.work, "answer.json")
        step = json.dumps({"step": name, "answer": answer, "binary": self.binary, **setting})
        environment = {**os.environ, "TZ": "UTC"}
        worker = subprocess.Popen(
            [self.python, "-m", "harness.worker", step],
            cwd=HERE,
            env=environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        try:
            _, said = worker.communicate(timeout=self.options.timeout)
        except BaseException as error:
            # The worker and what it started.
            os.killpg(worker.pid, signal.SIGKILL)
            worker.communicate()
            if isinstance(error, subprocess.TimeoutExpired):
                return {"failed": f"no end after {self.options.timeout} s"}
            raise
        if worker.returncode:
            return {"failed": reason(said) or f"exit code {worker.returncode}"}
        with open(answer, encoding="utf-8") as file:
            return json.load(file)

    def certain(self, name, **setting):
        """Runs a step that nothing can be said without."""
        result = self.step(name, **setting)
        if isinstance(result, dict) and "failed" in result:
            sys.exit(f"{name}: {result['failed']}")
        return result

    def lake(self, shape):
        """Everything about one lake."""
        options = self.options
        logs, stores = (os.path.join(self.work, f"{shape.name}-{part}") for part in ("logs", "stores"))
        shutil.rmtree(logs, ignore_errors=True)
        os.makedirs(stores, exist_ok=True)
        say(shape, "generate")
        lakes.generate(self.binary, shape, options.scale, logs)
        tally = self.certain("tally", logs=logs)
        setting = {"logs": logs, "stores": stores, "largest": tally["largest"], "values": tally["values"]}
        say(shape, "floor")
        floor = self.certain("ingest_floor", runs=options.runs, **setting)
        load = self.loads(shape, setting)
        stored = {engine: {"loaded": self.step("stored", engine=engine, **setting)} for engine in ENGINES}
        say(shape, "merge")
        settle = {engine: self.step("settle", engine=engine, **setting) for engine in ENGINES}
        for engine in ENGINES:
            stored[engine]["settled"] = self.step("stored", engine=engine, **setting)
        say(shape, "bare scans")
        scan = self.step("scan_floor", runs=options.runs, **setting)
        answers = self.answers(shape, setting, load)
        say(shape, "deliver again")
        redeliver = self.step("redeliver", engine="traillake", **setting)
        if not options.work:
            shutil.rmtree(logs)
            shutil.rmtree(stores)
        return {
            "tally": tally,
            "floor": floor,
            "load": load,
            "stored": {name: flat(one) for name, one in stored.items()},
            "settle": settle,
            "scan": scan,
            "answers": answers,
            "redeliver": redeliver,
        }

    def loads(self, shape, setting):
        """Ingest of every engine in turn, so that a busy moment of the machine meets all."""
        runs = {engine: [] for engine in ENGINES}
        for turn in range(self.options.runs):
            for engine in ENGINES:
                if failure(runs[engine]):
                    continue
                say(shape, f"ingest {turn + 1}, {engine}")
                runs[engine].append(self.step("load", engine=engine, **setting))
        return {engine: load_medians(each) for engine, each in runs.items()}

    def answers(self, shape, setting, load):
        """The questions, to every engine in turn; an engine that could not ingest is not asked."""
        runs = {engine: [one] if "failed" in one else [] for engine, one in load.items()}
        for turn in range(self.options.runs):
            for engine in ENGINES:
                if failure(runs[engine]):
                    continue
                say(shape, f"questions {turn + 1}, {engine}")
                step = {"engine": engine, "turn": turn * 3, "repeats": self.options.repeats, **setting}
                runs[engine].append(self.step("ask", **step))
        return {engine: answer_medians(each) for engine, each in runs.items()}


def say(shape, text):
    print(f"{time.strftime('%H:%M:%S')} {shape.name}: {text}", file=sys.stderr, flush=True)


def reason(said):
    """The line of a traceback that says what went wrong."""
    lines = [line for line in said.splitlines() if re.match(r"[\w.]*(Error|Exception)\b", line)]
    return (lines[-1] if lines else said.strip()[-500:])[:500]


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


def profile(options):
    """The build profile as given, or as the folder below `target` says."""
    if options.profile:
        return options.profile
    folder = os.path.basename(os.path.dirname(os.path.abspath(options.bin)))
    return {"release": "release", "debug": "dev"}.get(folder, "unknown")


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"model name\s*: (.*)", file.read())
    return found.group(1) if found else platform.machine()


def about(bench, options):
    version = subprocess.run([bench.binary, "version"], capture_output=True, text=True, check=True).stdout.strip()
    with open(bench.binary, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:12]
    versions = bench.certain("versions", stores=bench.work)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = options.machine or f"{processor()}, {os.cpu_count()} cores"
    trial = "" if complete(options) else ": a trial, not a result"
    return machine, {
        "title": f"TrailLake beside DuckDB and ClickHouse, {time.strftime('%Y-%m-%d')}{trial}",
        "facts": {
            "machine": f"{machine}, {memory:.0f} GiB, {platform.system()} {platform.release()}",
            "binary": f"{version}, profile {profile(options)}, sha256 {digest}",
            "beside": f"{versions['duckdb']}, {versions['clickhouse']}, Python {platform.python_version()}",
            "run": f"scale {options.scale:g}, {options.runs} runs, {options.repeats} repeats of a question in each",
            "load of the machine before the run": f"{os.getloadavg()[0]:.2f}",
        },
    }


def complete(options):
    """Whether the run is a result: a release binary, all lakes in full, medians of at least five."""
    whole = options.scale == 1 and options.shapes == lakes.SHAPES
    return whole and options.runs >= 5 and profile(options) == "release"


def place(options, machine):
    """Where the report is kept, if anywhere."""
    if options.output:
        return options.output
    if not complete(options):
        return None
    name = re.sub(r"[^a-z0-9]+", "-", machine.lower()).strip("-")
    os.makedirs(os.path.join(HERE, "results"), exist_ok=True)
    return os.path.join(HERE, "results", f"{time.strftime('%Y-%m-%d')}-{name}.md")


def run(options, work):
    bench = Bench(options, work)
    machine, head = about(bench, options)
    results = {"about": head, "lakes": {}}
    for shape in options.shapes:
        results["lakes"][shape.name] = bench.lake(shape)
        with open(os.path.join(work, "results.json"), "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)
    text = report(results)
    kept = place(options, machine)
    if kept:
        with open(kept, "w", encoding="utf-8") as file:
            file.write(text)
    print(text)
    wrong = any(disagreements(lake) for lake in results["lakes"].values())
    return 1 if wrong or failures(results) else 0


def main():
    options = arguments()
    if options.work:
        os.makedirs(options.work, exist_ok=True)
        return run(options, os.path.abspath(options.work))
    with tempfile.TemporaryDirectory() as work:
        return run(options, work)


if __name__ == "__main__":
    sys.exit(main())
