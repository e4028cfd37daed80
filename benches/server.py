#!/usr/bin/env python3
"""A server's answers over Flight and HTTP, against the same questions to a prompt in process.

usage: benches/server.py [--bin target/release/traillake] [--events 1000000] [--seconds 10] [--clients 1,4]

Needs pyarrow. Prints a table of queries a second and latencies; what is measured and how: benches/README.md.
"""

import argparse
import itertools
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tests", "outside"))

import pyarrow.flight as flight

from harness.engine_traillake import Session
from load.callers import command
from load.http import Http

EXPORT = ("SELECT eventID, eventTime, eventSource, eventName, awsRegion, recipientAccountId, sourceIPAddress, userAgent "
          "FROM events LIMIT {}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", default="target/release/traillake")
    parser.add_argument("--events", type=int, default=1_000_000, help="events of the lake, and rows of the export")
    parser.add_argument("--seconds", type=float, default=10, help="time for each question, way and number of clients")
    parser.add_argument("--clients", type=lambda text: [int(n) for n in text.split(",")], default=[1, 4])
    parser.add_argument("--work", help="folder for the lake, kept and used again; by default a temporary one")
    return parser.parse_args()


class Lake:
    def __init__(self, options, work):
        self.binary, self.work, self.events = os.path.abspath(options.bin), work, options.events
        self.lake = os.path.join(work, "lake")
        if not os.path.exists(self.lake):
            logs = os.path.join(work, "logs")
            self.run("generate", logs, "--events", str(options.events))
            self.run("ingest", logs)
            self.run("compact")

    def command(self, *words):
        return [self.binary, "--lake", self.lake, "--color", "never", *words]

    def run(self, *words):
        done = subprocess.run(self.command(*words), capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"traillake {' '.join(words)}: {done.stderr}")
        return done.stdout

    def query(self, sql):
        return json.loads(self.run("query", sql, "--format", "json"))

    def questions(self):
        """Each a list of statements to take in turn, so that no answer is of the one before."""
        ids = [row["eventid"] for row in self.query("SELECT eventID AS eventid FROM events ORDER BY eventID LIMIT 50")]
        last = self.query("SELECT date_trunc('hour', max(eventTime)) AS t FROM events")[0]["t"]
        hours = [f"TIMESTAMP '{last}' - INTERVAL '{back}' HOUR" for back in range(6, 26)]
        return {
            "needle": [f"SELECT eventTime, eventName, eventJson FROM events WHERE eventID = '{id}'" for id in ids],
            "aggregate": [f"SELECT eventSource, eventName, count(*) AS n FROM events WHERE eventTime >= {hour} AND eventTime < "
                          f"{hour} + INTERVAL '6' HOUR GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 100" for hour in hours],
        }


class Prompt:
    """The same process: one client, the harness's pipe."""

    def __init__(self, lake, server):
        self.session = Session(lake.command("repl", "--format", "arrow")).__enter__()
        self.session.ask("SELECT 1")

    def ask(self, sql):
        """Rows and bytes of the answer."""
        _, table = self.session.ask(sql)
        return table.num_rows, table.nbytes

    def close(self):
        self.session.__exit__()


class Flight:
    def __init__(self, lake, server):
        self.client = flight.connect(server["flight"], generic_options=[("grpc.use_local_subchannel_pool", 1)])
        token = self.client.authenticate_basic_token(server["access_key_id"], server["secret_access_key"])
        self.options = flight.FlightCallOptions(headers=[token])

    def ask(self, sql):
        info = self.client.get_flight_info(flight.FlightDescriptor.for_command(command(sql)), self.options)
        rows = size = 0
        for chunk in self.client.do_get(info.endpoints[0].ticket, self.options):
            rows, size = rows + chunk.data.num_rows, size + chunk.data.nbytes
        return rows, size

    def close(self):
        self.client.close()


class Api:
    """StartQuery, then GetQueryResults until all pages are there; while it runs, asked again after 2 ms."""

    def __init__(self, lake, server):
        self.http = Http(server["http"].removeprefix("http://"), (server["access_key_id"], server["secret_access_key"]))

    def call(self, operation, **parameters):
        error, answer = self.http.call(operation, **parameters)
        if error:
            raise RuntimeError(f"{operation}: {answer}")
        return answer

    def ask(self, sql):
        query = self.call("StartQuery", QueryStatement=sql)["QueryId"]
        rows = size = 0
        token = {}
        while True:
            page = self.call("GetQueryResults", QueryId=query, MaxQueryResults=1000, **token)
            if page["QueryStatus"] in ("QUEUED", "RUNNING"):
                time.sleep(0.002)
                continue
            if page["QueryStatus"] != "FINISHED":
                raise RuntimeError(str(page))
            rows += len(page["QueryResultRows"])
            size += sum(len(value or "") for row in page["QueryResultRows"] for cell in row for value in cell.values())
            if "NextToken" not in page:
                return rows, size
            token = {"NextToken": page["NextToken"]}

    def close(self):
        self.http.close()


def measured(way, lake, server, statements, clients, seconds):
    """Latencies of all clients in seconds, the time it took, and the rows of each statement."""
    taken, rows, wrong, lock = [], {}, [], threading.Lock()
    ready = threading.Barrier(clients + 1)

    def work(number):
        client = way(lake, server)
        turn = itertools.cycle(statements[number % len(statements):] + statements[:number % len(statements)])
        client.ask(statements[0])
        ready.wait()
        end = time.perf_counter() + seconds
        try:
            while (start := time.perf_counter()) < end:
                sql = next(turn)
                found = client.ask(sql)[0]
                with lock:
                    taken.append(time.perf_counter() - start)
                    rows[sql] = found
        except Exception as error:
            wrong.append(error)
        client.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    ready.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]
    return sorted(taken), time.perf_counter() - start, rows


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def small(lake, server, options):
    row("question", "way", "clients", "queries/s", "p50, ms", "p95, ms", "p99, ms")
    row(*["---"] * 7)
    for question, statements in lake.questions().items():
        expected = {}
        for name, way in [("in process", Prompt), ("Flight", Flight), ("HTTP", Api)]:
            for clients in options.clients if way is not Prompt else [1]:
                taken, seconds, rows = measured(way, lake, server, statements, clients, options.seconds)
                for sql, found in rows.items():
                    if expected.setdefault(sql, found) != found:
                        raise SystemExit(f"{name}: {found} rows instead of {expected[sql]}: {sql}")
                part = lambda share: f"{taken[min(int(len(taken) * share), len(taken) - 1)] * 1000:.1f}"
                row(question, name, clients, f"{len(taken) / seconds:.0f}", part(0.5), part(0.95), part(0.99))


def export(lake, server):
    print()
    row("export", "rows", "s", "rows/s", "MB", "MB/s")
    row(*["---"] * 6)
    for name, way in [("in process", Prompt), ("Flight", Flight), ("HTTP", Api)]:
        client = way(lake, server)
        start = time.perf_counter()
        rows, size = client.ask(EXPORT.format(lake.events))
        seconds = time.perf_counter() - start
        client.close()
        if rows != lake.events:
            raise SystemExit(f"{name}: {rows} rows")
        row(name, rows, f"{seconds:.2f}", f"{rows / seconds:,.0f}", f"{size / 1e6:.0f}", f"{size / 1e6 / seconds:.1f}")


def main(options, work):
    lake = Lake(options, work)
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores; events: {options.events}; binary: {options.bin}\n")
    doors = ["--flight", "127.0.0.1:0", "--http", "127.0.0.1:0"]
    process = subprocess.Popen(lake.command("serve", *doors, "--no-follow", "--format", "json"), stdout=subprocess.PIPE, text=True)
    try:
        server = json.loads(process.stdout.readline())
        small(lake, server, options)
        export(lake, server)
    finally:
        process.terminate()
        process.wait(60)


if __name__ == "__main__":
    chosen = arguments()
    if chosen.work:
        os.makedirs(chosen.work, exist_ok=True)
        main(chosen, chosen.work)
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(chosen, folder)
