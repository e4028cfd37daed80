#!/usr/bin/env python3
"""How the cost of finding one value grows with the lake: time, bytes and files of needles in lakes of several sizes.

Each lake is made of parts of a million events (or fewer) over two days each, so that a larger one covers more days, as
lakes do. Needles are event ids and request ids from all over the lake, each asked for once in one running prompt, the
first of them left out (it lists the lake); then some of them once more with `traillake find`, each in a process of its
own. Prints a table and, for the largest lake against the smallest, the ratio of the medians.
"""

import argparse
import datetime
import os
import re
import shutil
import statistics
import subprocess

PART = 1_000_000
FIRST_DAY = datetime.date(2025, 3, 3)
ANSWERED = re.compile(
    r"^([\d,]+) rows? in ([\d.]+) (ms|s|min); scanned ([\d,]+) events? and ([\d.,]+) (B|kB|MB|GB), "
    r"read ([\d,]+) of ([\d,]+) files?",
    re.MULTILINE,
)
UNITS = {"B": 1, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000, "ms": 0.001, "s": 1, "min": 60}


def number(text):
    return float(text.replace(",", ""))


def answers(text):
    """Rows, seconds, bytes and files read of every answered statement."""
    return [
        (number(rows), number(time) * UNITS[unit], number(size) * UNITS[size_unit], number(files))
        for rows, time, unit, _, size, size_unit, files, _ in ANSWERED.findall(text)
    ]


class Lake:
    def __init__(self, binary, folder, events):
        self.binary, self.events = binary, events
        self.folder = os.path.join(folder, f"lake-{events}")
        self.logs = os.path.join(folder, "logs")

    def run(self, *words, text=None):
        command = [self.binary, "--lake", self.folder, "--color", "never", *words]
        done = subprocess.run(command, input=text, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}: {done.stderr.strip()}")
        return done

    def fill(self):
        """Ingests the parts one by one, unless an earlier run did; their log files are not kept."""
        if os.path.exists(self.folder):
            return
        for part in range(0, self.events, PART):
            start = FIRST_DAY + datetime.timedelta(days=2 * (part // PART))
            events = str(min(PART, self.events - part))
            generate = ["generate", self.logs, "--events", events, "--seed", str(1 + part // PART), "--start", str(start)]
            subprocess.run([self.binary, *generate], check=True, capture_output=True)
            self.run("ingest", self.logs)
            shutil.rmtree(self.logs)
        self.run("compact")

    def needles(self, count):
        hour = "GROUP BY date_trunc('hour', eventTime) ORDER BY 1"
        rows = self.run("query", f"SELECT min(eventID), min(requestID) FROM events {hour}", "--format", "csv", "--quiet")
        pairs = [line.split(",") for line in rows.stdout.splitlines()[1:]]
        pairs = pairs[:: max(1, len(pairs) // count)][:count]
        named = [(column, value) for pair in pairs for column, value in zip(("eventID", "requestID"), pair) if value]
        return named[: count + 1]

    def size(self, *below):
        found = 0
        for place, _, names in os.walk(self.folder):
            if not below or os.path.join(*below) in place:
                found += sum(os.path.getsize(os.path.join(place, name)) for name in names)
        return found

    def measure(self, count):
        needles = self.needles(count)
        asked = "".join(f"SELECT eventName FROM events WHERE {column} = '{value}';\n" for column, value in needles)
        done = self.run("repl", text=f".timer on\n{asked}")
        running = answers(done.stdout + done.stderr)[1:]
        assert len(running) == len(needles) - 1, f"{len(running)} answers to {len(needles)} needles"
        cold = [answers(self.run("find", value).stderr)[0] for _, value in needles[: max(3, count // 4)]]
        assert all(answer[0] >= 1 for answer in running + cold), "a needle was not found"
        return [statistics.median(answer[place] for answer in group) for group in (running, cold) for place in (1, 2, 3)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary", help="the traillake to measure, a release build")
    parser.add_argument("folder", help="where the lakes are made; those of an earlier run are used again")
    parser.add_argument("--events", default="1000000,30000000", help="sizes of the lakes, ascending")
    parser.add_argument("--needles", type=int, default=20)
    args = parser.parse_args()
    print("| events | lake | index | running: time | bytes | of the lake | files | cold: time | bytes | files |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    measured = []
    for events in map(int, args.events.split(",")):
        lake = Lake(os.path.abspath(args.binary), args.folder, events)
        lake.fill()
        figures = lake.measure(args.needles)
        measured.append(figures)
        size, index = lake.size(), lake.size("index", "lookup")
        time, read, files, cold_time, cold_read, cold_files = figures
        print(
            f"| {events:,} | {size / 1e6:.0f} MB | {100 * index / size:.1f} % | {1e3 * time:.0f} ms | {read / 1e3:.0f} kB | "
            f"{100 * read / size:.3f} % | {files:.0f} | {1e3 * cold_time:.0f} ms | {cold_read / 1e3:.0f} kB | {cold_files:.0f} |"
        )
    ratio = [last / first if first else float("nan") for first, last in zip(measured[0], measured[-1])]
    print(f"\nlargest against smallest: running {ratio[0]:.2f} x the time, cold {ratio[3]:.2f} x")


if __name__ == "__main__":
    main()
