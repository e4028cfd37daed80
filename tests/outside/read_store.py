#!/usr/bin/env python3
"""Reads a store with programs that know nothing of TrailLake, and compares with its own answers.

usage: read_store.py --bin target/debug/traillake
The `deltalake` wheel reads the Delta log, DuckDB reads the Parquet files that the log names.
Prints one line per check and ends with 'N passed, N failed'.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import duckdb
from deltalake import DeltaTable

parser = argparse.ArgumentParser()
parser.add_argument("--bin", required=True)
BIN = os.path.abspath(parser.parse_args().bin)
EVENTS = 20_000
passed = failed = 0


def check(name, holds, detail=""):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    print(("ok    " if holds else "FAILED  ") + name + ("" if holds else f"  <- {detail}"))


with tempfile.TemporaryDirectory() as work:
    lake, logs = os.path.join(work, "lake"), os.path.join(work, "logs")

    def run(*arguments):
        done = subprocess.run([BIN, "--lake", lake, *arguments], capture_output=True, text=True, timeout=300)
        if done.returncode:
            sys.exit(f"traillake {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def ask(sql):
        return json.loads(run("query", sql, "--format", "json"))

    run("generate", logs, "--events", str(EVENTS), "--accounts", "3", "--days", "2", "--seed", "7")
    run("ingest", logs)
    run("compact")
    store = json.loads(run("store", "list", "--format", "json"))[0]
    table = DeltaTable(os.path.join(lake, "stores", store["id"], "events"))
    files = [path.removeprefix("file://") for path in table.file_uris()]

    total = ask("SELECT count(*) AS n FROM events")[0]["n"]
    check("the generated events are stored", total == EVENTS, total)
    rows = duckdb.sql("SELECT count(*) FROM read_parquet($files, hive_partitioning = true)", params={"files": files})
    check("DuckDB counts the same events in the files of the Delta log", rows.fetchall()[0][0] == total)
    actions = table.get_add_actions(flatten=True)
    counted = sum(v.as_py() for v in actions.column("num_records"))
    check("the Delta log's own statistics count the same events", counted == total, counted)

    by_name = "SELECT eventname, count(*) AS n FROM {} GROUP BY 1 ORDER BY 2 DESC, 1"
    ours = [(row["eventname"], row["n"]) for row in ask(by_name.format("events"))]
    theirs = duckdb.sql(by_name.format("read_parquet($files, hive_partitioning = true)"), params={"files": files})
    check("DuckDB groups by eventname as we do", theirs.fetchall() == ours)

    by_partition = "SELECT {0}account{0}, {0}region{0}, CAST({0}date{0} AS varchar), count(*) AS n FROM {1} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    parts = {tuple(row.values()) for row in ask("SELECT \"$account\" AS a, \"$region\" AS r, CAST(\"$date\" AS varchar) AS d, count(*) AS n FROM events GROUP BY 1, 2, 3")}
    query = by_partition.format('"', "read_parquet($files, hive_partitioning = true, hive_types_autocast = false)")
    check("the Hive partitions are ours", set(duckdb.sql(query, params={"files": files}).fetchall()) == parts)

    nested = "SELECT count(*) FROM {} WHERE useridentity.type = 'AssumedRole'"
    theirs = duckdb.sql(nested.format("read_parquet($files, hive_partitioning = true)"), params={"files": files})
    check("nested fields mean the same", theirs.fetchall()[0][0] == list(ask(nested.format("events") )[0].values())[0])

print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
