#!/usr/bin/env python3
"""Asks TrailLake and DuckDB the same questions about the same log files, and compares the answers.

usage: differential.py --bin target/debug/traillake [--only NAME] [--show]
The two share nothing: DuckDB's table is made here, from the log files, by Python; the queries of
`differential.sql` are Trino's SQL, which `sqlglot` translates for DuckDB. Answers are compared as
multisets of rows. Prints one line per difference and ends with 'N passed, N failed'.
"""
import argparse
import collections
import datetime
import decimal
import glob
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile

try:
    import duckdb
    import pyarrow
    import sqlglot
except ImportError as missing:
    print(f"skipped: {missing.name} is not installed (pip install -r {os.path.dirname(__file__)}/requirements.txt)")
    sys.exit(0)

HERE = os.path.dirname(os.path.abspath(__file__))
arguments = argparse.ArgumentParser()
arguments.add_argument("--bin", required=True)
arguments.add_argument("--only")
arguments.add_argument("--show", action="store_true", help="print what DuckDB is asked")
arguments = arguments.parse_args()
BIN = os.path.abspath(arguments.bin)


class Number(str):
    """A JSON number by its text."""


def load(text):
    return json.loads(text, parse_int=Number, parse_float=Number)


def compact(value):
    """Compact JSON with the numbers as they were written."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k, ensure_ascii=False)}:{compact(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(compact, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def text(value):
    if value is None or isinstance(value, str):
        return None if value is None else str(value)
    return compact(value)


def moment(value):
    if not isinstance(value, str) or isinstance(value, Number):
        return None
    return datetime.datetime.fromisoformat(value.replace("Z", "+00:00")).astimezone(datetime.timezone.utc).replace(tzinfo=None)


def of_struct(column, value):
    if not isinstance(value, dict):
        return None
    return {member["name"]: convert(member, pick(member, value)) for member in column["members"]}


def convert(column, value):
    """A JSON value as the column's type has it."""
    kind = column["type"]
    if value is None:
        return None
    if kind == "string":
        return text(value)
    if kind == "timestamp":
        return moment(value)
    if kind == "boolean":
        return value if isinstance(value, bool) else {"true": True, "false": False}.get(value)
    if kind in ("integer", "double"):
        return (int if kind == "integer" else float)(value) if isinstance(value, Number) else None
    if kind == "map<string,string>":
        return list((k, text(v)) for k, v in value.items()) if isinstance(value, dict) else None
    if kind == "struct":
        return of_struct(column, value)
    return [of_struct(column, element) for element in value] if isinstance(value, list) else None


def pick(column, record):
    for name in [column["record"], *column.get("alternates", [])]:
        value = record
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value is not None:
            return value
    return None


def arrow_type(column):
    kind = column["type"]
    plain = {"string": pyarrow.string(), "timestamp": pyarrow.timestamp("us"), "boolean": pyarrow.bool_(),
             "integer": pyarrow.int32(), "double": pyarrow.float64(), "map<string,string>": pyarrow.map_(pyarrow.string(), pyarrow.string())}
    if kind in plain:
        return plain[kind]
    row = pyarrow.struct([(member["name"], arrow_type(member)) for member in column["members"]])
    return row if kind == "struct" else pyarrow.list_(row)


def table_of(logs):
    schema = json.load(open(os.path.join(HERE, "../../schema/cloudtrail.json")))
    columns = [column for column in schema["columns"] if "record" in column]
    records = []
    for path in sorted(glob.glob(logs + "/**/*.json*", recursive=True)):
        opened = gzip.open if path.endswith(".gz") else open
        records += load(opened(path, "rt", encoding="utf-8").read())["Records"]
    arrays = [pyarrow.array([convert(column, pick(column, record)) for record in records], arrow_type(column)) for column in columns]
    return pyarrow.table(arrays, names=[column["name"] for column in columns])


def comparable(value):
    """Both sides' values in one form."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float, decimal.Decimal)):
        number = float(value)
        return value if isinstance(value, int) and abs(value) > 2**53 else float(f"{number:.9g}") if number == number else "NaN"
    if isinstance(value, datetime.datetime):
        value = value.replace(tzinfo=None)
        return value.strftime("%Y-%m-%d %H:%M:%S.") + f"{value.microsecond // 1000:03}"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, str):
        return re.sub(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) UTC$", r"\1", value)
    if isinstance(value, dict):
        return {str(k): comparable(v) for k, v in value.items()}
    return [comparable(element) for element in value]


def multiset(rows):
    return collections.Counter(json.dumps([comparable(value) for value in row], sort_keys=True, ensure_ascii=False) for row in rows)


def queries():
    """A line `-- name` begins a query; `--= ...` is what DuckDB is asked where sqlglot has no true translation."""
    found, name = [], None
    for line in open(os.path.join(HERE, "differential.sql"), encoding="utf-8"):
        if line.startswith("-- "):
            name = line[3:].strip()
            found.append((name, [], []))
        elif line.startswith("--= "):
            found[-1][2].append(line[4:])
        elif line.strip() and found:
            found[-1][1].append(line)
    return [(name, "".join(sql), "".join(other)) for name, sql, other in found if not arguments.only or arguments.only in name]


def ours(lake, sql):
    done = subprocess.run([BIN, "--lake", lake, "query", sql, "--format", "ndjson"], capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return [list(json.loads(line).values()) for line in done.stdout.splitlines()]


def theirs(connection, sql, other):
    translated = other or sqlglot.transpile(sql, read="trino", write="duckdb")[0]
    if arguments.show:
        print("   ", translated)
    return connection.execute(translated).fetchall()


def difference(lake, connection, sql, other):
    try:
        mine = multiset(ours(lake, sql))
    except Exception as error:  # noqa: BLE001 whatever it is, it is a finding
        return f"ours: {error}"
    try:
        answer = multiset(theirs(connection, sql, other))
    except Exception as error:  # noqa: BLE001
        return f"DuckDB: {error}"
    if mine == answer:
        return None
    only_ours, only_theirs = list((mine - answer).items())[:2], list((answer - mine).items())[:2]
    return f"only ours: {only_ours}; only DuckDB's: {only_theirs}"


with tempfile.TemporaryDirectory() as work:
    lake, logs = os.path.join(work, "lake"), os.path.join(work, "logs")
    subprocess.run([BIN, "generate", logs, "--events", "20000", "--accounts", "3", "--days", "4", "--start", "2023-07-10", "--seed", "11"], check=True, capture_output=True)
    odd = os.path.join(logs, "odd.json")
    with open(os.path.join(HERE, "differential.json"), encoding="utf-8") as records, open(odd, "w", encoding="utf-8") as copy:
        copy.write(records.read())
    subprocess.run([BIN, "--lake", lake, "ingest", logs], check=True, capture_output=True)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.register("loaded", table_of(logs))
    connection.execute("CREATE TABLE events AS SELECT * FROM loaded")
    passed = failed = 0
    for name, sql, other in queries():
        found = difference(lake, connection.cursor(), sql, other)
        passed, failed = passed + (found is None), failed + (found is not None)
        if found:
            print(f"FAILED  {name}  <- {found[:600]}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
