#!/usr/bin/env python3
"""TrailLake beside DuckDB on the same log files: ingest, bytes per event, ten queries.

usage: benches/side_by_side.py [--bin target/release/traillake] [--events 1000000] [--runs 5]

Makes its own Python environment with DuckDB from PyPI, generates a busy trail, lets each engine
build its store from the same gzip files and asks both the same questions. Every figure is the
median of `--runs` whole processes; the time of an empty query (start-up) is printed beside and
taken off the queries. Prints a Markdown table.
"""
import argparse
import glob
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv

HERE = os.path.dirname(os.path.abspath(__file__))

COLUMNS = """{eventVersion:'VARCHAR', userIdentity:'STRUCT(type VARCHAR, principalId VARCHAR, arn VARCHAR, accountId VARCHAR,
 accessKeyId VARCHAR, userName VARCHAR, invokedBy VARCHAR, sessionContext STRUCT(sessionIssuer STRUCT(type VARCHAR, principalId VARCHAR,
 arn VARCHAR, accountId VARCHAR, userName VARCHAR), attributes STRUCT(creationDate VARCHAR, mfaAuthenticated VARCHAR)))',
 eventTime:'TIMESTAMP', eventSource:'VARCHAR', eventName:'VARCHAR', awsRegion:'VARCHAR', sourceIPAddress:'VARCHAR', userAgent:'VARCHAR',
 errorCode:'VARCHAR', errorMessage:'VARCHAR', requestParameters:'JSON', responseElements:'JSON', additionalEventData:'JSON',
 requestID:'VARCHAR', eventID:'VARCHAR', readOnly:'BOOLEAN', resources:'JSON', eventType:'VARCHAR', apiVersion:'VARCHAR',
 managementEvent:'BOOLEAN', recipientAccountId:'VARCHAR', sharedEventID:'VARCHAR', eventCategory:'VARCHAR', tlsDetails:'JSON'}"""

# name, TrailLake's SQL, DuckDB's SQL; {key}, {id} and {address} are values of the data.
QUERIES = [
    ("count", "SELECT count(*) FROM events", None),
    ("access key", "SELECT eventTime, eventName FROM events WHERE userIdentity.accessKeyId = '{key}'", None),
    ("event id", "SELECT * FROM events WHERE eventID = '{id}'", None),
    ("address", "SELECT eventTime, eventName FROM events WHERE sourceIPAddress = '{address}'", None),
    ("top principals", "SELECT userIdentity.arn, count(*) AS n FROM events GROUP BY 1 ORDER BY 2 DESC LIMIT 10", None),
    ("errors by service", "SELECT eventSource, errorCode, count(*) AS n FROM events WHERE errorCode IS NOT NULL GROUP BY 1, 2 ORDER BY 3 DESC", None),
    ("hourly series", "SELECT date_trunc('hour', eventTime) AS h, count(*) AS n FROM events GROUP BY 1 ORDER BY 1", None),
    ("bucket", "SELECT eventName, count(*) FROM events WHERE element_at(requestParameters, 'bucketName') = '{bucket}' GROUP BY 1",
     "SELECT eventName, count(*) FROM events WHERE requestParameters->>'bucketName' = '{bucket}' GROUP BY 1"),
    ("latest 100", "SELECT eventTime, eventName, userIdentity.arn FROM events ORDER BY eventTime DESC LIMIT 100", None),
    ("root activity", "SELECT eventTime, eventName, sourceIPAddress FROM events WHERE userIdentity.type = 'Root' ORDER BY eventTime", None),
]


def median_seconds(runs, action):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def duckdb_python(work):
    home = os.path.join(work, "venv")
    venv.create(home, with_pip=True)
    python = os.path.join(home, "bin", "python")
    subprocess.run([python, "-m", "pip", "install", "-q", "-r", os.path.join(HERE, "requirements.txt")], check=True)
    return python


def size(folder, suffix):
    return sum(os.path.getsize(path) for path in glob.glob(f"{folder}/**/*{suffix}", recursive=True))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", default="target/release/traillake")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    binary = os.path.abspath(arguments.bin)
    with tempfile.TemporaryDirectory() as work:
        python = duckdb_python(work)
        logs, lake, parquet = (os.path.join(work, name) for name in ("logs", "lake", "events.parquet"))

        def traillake(*words):
            done = subprocess.run([binary, "--lake", lake, "--quiet", *words], capture_output=True, text=True)
            if done.returncode:
                sys.exit(done.stderr)
            return done.stdout

        def duckdb(sql):
            code = "import duckdb, sys; c = duckdb.connect(); c.execute(\"CREATE VIEW events AS FROM '%s'\") if sys.argv[1] != '' else None; c.execute(sys.argv[2]).fetchall()"
            view = parquet if os.path.exists(parquet) else ""
            subprocess.run([python, "-c", code % parquet, view, sql], check=True, stdout=subprocess.DEVNULL)

        subprocess.run([binary, "generate", logs, "--shape", "busy", "--events", str(arguments.events)], check=True, stdout=subprocess.DEVNULL)
        source = size(logs, ".json.gz")

        def ingest():
            shutil.rmtree(lake, ignore_errors=True)
            traillake("ingest", logs)

        def load():
            if os.path.exists(parquet):
                os.remove(parquet)
            duckdb(f"COPY (SELECT unnest(r) FROM (SELECT unnest(Records) AS r FROM read_json('{logs}/**/*.json.gz', maximum_object_size = 268435456,"
                   f" columns = {{Records: 'STRUCT({record_type()})[]'}})) ORDER BY r.eventTime) TO '{parquet}' (FORMAT parquet, COMPRESSION zstd)")

        ours, theirs = median_seconds(min(3, arguments.runs), ingest), median_seconds(min(3, arguments.runs), load)
        raw = json.loads(traillake("query", "SELECT sum(decompressed_bytes) AS b FROM system.objects", "--format", "json"))[0]["b"]
        stored = size(os.path.join(lake, "stores"), ".parquet")
        machine = f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores"
        print(f"machine: {machine}; events: {arguments.events}; source: {source / 1e6:.1f} MB gzip, {int(raw) / 1e6:.1f} MB JSON; binary: {os.path.relpath(binary)}\n")
        print("| | TrailLake | DuckDB | DuckDB / TrailLake |\n|---|---|---|---|")
        print(f"| ingest, s | {ours:.2f} | {theirs:.2f} | {theirs / ours:.2f} |")
        print(f"| ingest, events/s | {arguments.events / ours:,.0f} | {arguments.events / theirs:,.0f} | |")
        print(f"| ingest, MB/s of JSON | {int(raw) / 1e6 / ours:.0f} | {int(raw) / 1e6 / theirs:.0f} | |")
        print(f"| bytes/event (source gzip {source / arguments.events:.1f}) | {stored / arguments.events:.1f} | {os.path.getsize(parquet) / arguments.events:.1f} | |")
        print(f"| bytes / gzip source | {stored / source:.3f} | {os.path.getsize(parquet) / source:.3f} | |")
        sample = json.loads(traillake("query", "SELECT userIdentity.accessKeyId AS key, eventID AS id, sourceIPAddress AS address, element_at(requestParameters, 'bucketName') AS bucket"
                                      " FROM events WHERE userIdentity.accessKeyId IS NOT NULL AND element_at(requestParameters, 'bucketName') IS NOT NULL ORDER BY eventID LIMIT 1", "--format", "json"))[0]
        idle, their_idle = median_seconds(arguments.runs, lambda: traillake("query", "SELECT 1")), median_seconds(arguments.runs, lambda: duckdb("SELECT 1"))
        print(f"| start-up (SELECT 1), s | {idle:.3f} | {their_idle:.3f} | |")
        for name, sql, other in QUERIES:
            sql, other = sql.format(**sample), (other or sql).format(**sample)
            a = median_seconds(arguments.runs, lambda: traillake("query", sql, "--format", "csv", "--output", os.devnull)) - idle
            b = median_seconds(arguments.runs, lambda: duckdb(other)) - their_idle
            a, b = max(a, 0.001), max(b, 0.001)
            print(f"| {name}, s | {a:.3f} | {b:.3f} | {b / a:.2f} |")


def record_type():
    """The STRUCT fields of a record: `COLUMNS` without its braces and quotes."""
    fields, depth, start, out = COLUMNS.strip()[1:-1], 0, 0, []
    for at, character in enumerate(fields + ","):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            name, kind = fields[start:at].split(":", 1)
            out.append(f"{name.strip()} {kind.strip().strip(chr(39))}")
            start = at + 1
    return ", ".join(out)


if __name__ == "__main__":
    main()
