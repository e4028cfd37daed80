#!/usr/bin/env python3
"""What a store of many files costs before a row is read: planning a time-bounded question, cold and warm, and memory.

    python3 benches/many_files.py --bin target/release/traillake [--files 1000,10000,100000,1000000] [--runs 7]

The files are made up in the log, without data: a thousand days, the files of a day one after the other in time. Each
question is asked with EXPLAIN, which plans it to the end. Times are medians in milliseconds: of whole processes (cold;
`start` is SELECT 1, which opens no store), of further questions in one process (warm). Memory is the
largest resident set of a cold process, in MB.
"""

import argparse
import datetime
import json
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid

DAYS = 1_000
FIRST_DAY = datetime.date(2023, 1, 1)
FILES_PER_COMMIT = 5_000
WARM_QUESTIONS = (5, 65)
HOUR = ("2024-06-01 10:00:00", "2024-06-01 11:00:00")
DAY = ("2024-06-01 00:00:00", "2024-06-02 00:00:00")
STATS = {
    "minValues": {"eventname": "AssumeRole", "eventsource": "autoscaling.amazonaws.com", "errorcode": "AccessDenied",
                  "useridentity": {"type": "AWSAccount"}},
    "maxValues": {"eventname": "UpdateInstanceInformation", "eventsource": "tagging.amazonaws.com",
                  "errorcode": "NoSuchBucketPolicy", "useridentity": {"type": "WebIdentityUser"}},
    "nullCount": {"eventtime": 0, "eventname": 0, "eventsource": 0, "errorcode": 436, "useridentity": {"type": 0}},
}


def question(between):
    begin, end = between
    return f"SELECT eventName, count(*) FROM events WHERE eventTime >= '{begin}' AND eventTime < '{end}' GROUP BY eventName"


def add(n, files):
    """The action that adds file `n` of `files`."""
    of_day = max(files // DAYS, 1)
    day, place = divmod(n, of_day)
    date = FIRST_DAY + datetime.timedelta(days=day % DAYS)
    account, region = f"{100_000_000_000 + place % 20:012}", f"us-east-{1 + place % 4}"
    begin = datetime.datetime.combine(date, datetime.time()) + datetime.timedelta(seconds=86_400 * place // of_day)
    end = begin + datetime.timedelta(seconds=max(86_400 // of_day - 1, 1))
    stats = {"numRecords": 439, **STATS}
    stats["minValues"] = {"eventtime": begin.isoformat() + ".000Z", **STATS["minValues"]}
    stats["maxValues"] = {"eventtime": end.isoformat() + ".000Z", **STATS["maxValues"]}
    return {"add": {
        "path": f"account={account}/region={region}/date={date}/{uuid.uuid4()}.parquet",
        "partitionValues": {"account": account, "date": str(date), "region": region},
        "size": 84_848 + n % 1_000, "modificationTime": 1_700_000_000_000 + n // FILES_PER_COMMIT, "dataChange": True,
        "stats": json.dumps(stats, separators=(",", ":")),
    }}


def write_log(folder, files):
    for commit, first in enumerate(range(0, files, FILES_PER_COMMIT), start=1):
        with open(folder / f"{commit:020}.json", "w") as out:
            info = {"timestamp": 1_700_000_000_000 + commit, "operation": "WRITE", "operationParameters": {}}
            print(json.dumps({"commitInfo": info}), file=out)
            for n in range(first, min(first + FILES_PER_COMMIT, files)):
                print(json.dumps(add(n, files), separators=(",", ":")), file=out)


class Bench:
    def __init__(self, binary, lake, runs):
        self.command, self.runs = [binary, "--lake", str(lake)], runs

    def run(self, *arguments, script=None):
        done = subprocess.run([*self.command, *arguments], input=script, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(arguments)}: {done.stderr}")
        return done

    def cold(self, sql):
        """Median milliseconds and largest megabytes of processes that ask once."""
        times, memory = [], 0
        for _ in range(self.runs):
            begin = time.monotonic()
            process = subprocess.Popen([*self.command, "-q", "query", sql], stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            times.append((time.monotonic() - begin) * 1_000)
            memory = max(memory, usage.ru_maxrss / 1_000)
            if status:
                sys.exit(f"{sql}: status {status}")
        return statistics.median(times), memory

    def warm(self, sql):
        """Milliseconds of a question that a process has asked before: what more questions add, by the question."""
        def total(questions):
            begin = time.monotonic()
            self.run("-q", script=f"{sql};\n" * questions)
            return (time.monotonic() - begin) * 1_000
        few, many = WARM_QUESTIONS
        return statistics.median((total(many) - total(few)) / (many - few) for _ in range(3))


def measure(binary, files, runs, work):
    lake = work / str(files)
    shutil.rmtree(lake, ignore_errors=True)
    bench = Bench(binary, lake, runs)
    bench.run("store", "create", "events")
    [store] = (lake / "stores").iterdir()
    write_log(store / "events" / "_delta_log", files)
    row = {"files": f"{files:,}", "start": bench.cold("SELECT 1")[0]}
    hour, day = f"EXPLAIN {question(HOUR)}", f"EXPLAIN {question(DAY)}"
    slow = Bench(binary, lake, 1 if files > 200_000 else min(runs, 3))
    row["cold, log"], row["MB, log"] = slow.cold(hour)
    bench.run("expire")  # a writing command: it makes the list
    lists = list((store / "index" / "files").glob("*.list"))
    row["list, kB"] = sum(path.stat().st_size for path in lists) / 1_000 if lists else float("nan")
    row["cold, list"], row["MB, list"] = bench.cold(hour)
    row["warm, hour"], row["warm, day"] = bench.warm(hour), bench.warm(day)
    shutil.rmtree(lake)
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="target/release/traillake")
    parser.add_argument("--files", default="1000,10000,100000,1000000")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--work", type=pathlib.Path)
    args = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as temporary:
        work = args.work or pathlib.Path(temporary)
        header = None
        for files in map(int, args.files.split(",")):
            row = measure(os.path.abspath(args.bin), files, args.runs, work)
            if header is None:
                header = list(row)
                print("| " + " | ".join(header) + " |\n|" + "---|" * len(header))
            cells = [value if isinstance(value, str) else f"{value:,.1f}" for value in row.values()]
            print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
