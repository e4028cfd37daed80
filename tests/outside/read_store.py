#!/usr/bin/env python3
"""Reads stores with programs that know nothing of TrailLake, and compares with its own answers.

usage: read_store.py --bin target/debug/traillake
The `deltalake` wheel reads the Delta log, DuckDB reads the Parquet files that the log names: of a store by date and of
one by month. Prints one line per check and ends with 'N passed, N failed'.
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
STORES = {"account,region,date": ["account", "region", "date"], "account,month": ["account", "month"]}
passed = failed = 0


def check(name, holds, detail=""):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    print(("ok    " if holds else "FAILED  ") + name + ("" if holds else f"  <- {detail}"))


def compare(lake, logs, name, keys):
    """Fills a store with these partition keys and reads it."""

    def run(*arguments):
        done = subprocess.run([BIN, "--lake", lake, *arguments], capture_output=True, text=True, timeout=300)
        if done.returncode:
            sys.exit(f"traillake {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def ask(sql):
        return [tuple(row.values()) for row in json.loads(run("query", sql, "--format", "json"))]

    def theirs(sql, files, types="true"):
        read = f"read_parquet($files, hive_partitioning = true, hive_types_autocast = {types})"
        return duckdb.sql(sql.format(read), params={"files": files}).fetchall()

    run("store", "create", "events", "--partition-by", name, "--retention-days", "unlimited")
    run("ingest", logs)
    run("compact")
    store = json.loads(run("store", "list", "--format", "json"))[0]
    table = DeltaTable(os.path.join(lake, "stores", store["id"], "events"))
    files = [path.removeprefix("file://") for path in table.file_uris()]
    check(f"{name}: the log names the partition columns", table.metadata().partition_columns == keys)

    total = ask("SELECT count(*) AS n FROM events")[0][0]
    check(f"{name}: the generated events are stored", total == EVENTS, total)
    check(f"{name}: DuckDB counts the same events in the files of the log", theirs("SELECT count(*) FROM {}", files) == [(total,)])
    counted = sum(v.as_py() for v in table.get_add_actions(flatten=True).column("num_records"))
    check(f"{name}: the log's own statistics count the same events", counted == total, counted)

    by_name = "SELECT eventname, count(*) AS n FROM {} GROUP BY 1 ORDER BY 2 DESC, 1"
    check(f"{name}: DuckDB groups by eventname as we do", theirs(by_name, files) == ask(by_name.format("events")))

    columns = ", ".join(f"CAST({{0}}{key} AS varchar) AS k{place}" for place, key in enumerate(keys))
    group = ", ".join(f"{place + 1}" for place in range(len(keys)))
    by_partition = f"SELECT {columns}, count(*) AS n FROM {{1}} GROUP BY {group}"
    ours = ask(by_partition.replace("{0}", "$").replace("{1}", "events"))
    found = theirs(by_partition.replace("{0}", "").replace("{1}", "{}"), files, "false")
    check(f"{name}: the Hive partitions are ours", set(found) == set(ours) and len(ours) > 1, (found, ours))

    period = keys[-1]
    unit = {"date": "day", "month": "month"}[period]
    outside = f"SELECT count(*) FROM {{}} WHERE date_trunc('{unit}', eventtime) <> {period}"
    check(f"{name}: an event's {unit} is that of its partition", theirs(outside, files) == [(0,)])
    latest = theirs(f"SELECT max({period}) FROM {{}}", files)[0][0]
    pruned = len(table.file_uris(file_pruning_predicate=f"{period} = '{latest}'"))
    check(f"{name}: delta-rs prunes by {period}", 0 < pruned < len(files), (pruned, len(files)))

    nested = "SELECT count(*) AS n FROM {} WHERE useridentity.type = 'AssumedRole'"
    check(f"{name}: nested fields mean the same", theirs(nested, files) == ask(nested.format("events")))


with tempfile.TemporaryDirectory() as work:
    logs = os.path.join(work, "logs")
    made = ["generate", logs, "--events", str(EVENTS), "--accounts", "3", "--days", "3", "--seed", "7", "--start", "2025-03-30"]
    subprocess.run([BIN, *made], check=True, capture_output=True)
    for name, keys in STORES.items():
        compare(os.path.join(work, name), logs, name, keys)

print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
