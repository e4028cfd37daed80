#!/usr/bin/env python3
"""Asks a server over Arrow Flight SQL with the clients people use: ADBC and pyarrow, into pandas and polars.

usage: flight_clients.py --bin target/debug/traillake
Prints one line per check and ends with 'N passed, N failed'.
"""
import argparse
import datetime
import decimal
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings

import adbc_driver_flightsql.dbapi as flight_sql
import adbc_driver_manager
import pyarrow as pa
import pyarrow.flight as flight

parser = argparse.ArgumentParser()
parser.add_argument("--bin", required=True)
BIN = os.path.abspath(parser.parse_args().bin)
EVENTS = 20_000
passed = failed = 0


def check(name, holds, detail=""):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    print(("ok    " if holds else "FAILED  ") + name + ("" if holds else f"  <- {detail}"))


def refusal(call):
    try:
        call()
    except (adbc_driver_manager.Error, OSError) as error:
        return error
    return None


def run(lake, *arguments):
    done = subprocess.run([BIN, "--lake", lake, *arguments], capture_output=True, text=True, timeout=300)
    if done.returncode:
        sys.exit(f"traillake {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")


def resident(pid, field="VmRSS"):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith(field))


def statements(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT eventName, count(*) AS n FROM events GROUP BY 1 ORDER BY 2 DESC, 1")
        table = cursor.fetch_arrow_table()
        check("the counts are those of the lake", sum(table["n"].to_pylist()) == EVENTS, table.num_rows)
        cursor.execute("SELECT * FROM events LIMIT 1000")
        check("pandas reads every column", cursor.fetch_df().shape[0] == 1000)
        cursor.execute("SELECT * FROM events LIMIT 1000")
        frame = cursor.fetch_polars()
        check("polars reads every column", frame.shape[0] == 1000 and "useridentity" in frame.columns, frame.shape)
        cursor.execute("SELECT * FROM athena.events LIMIT 10")
        check("Athena's columns are read", cursor.fetch_arrow_table().num_rows == 10)
        cursor.execute("SELECT eventID, eventTime FROM events LIMIT 2")
        rows = cursor.fetchall()
        check("rows are Python's own values", isinstance(rows[0][1], datetime.datetime), rows)
        for sql in ["SHOW TABLES", "SHOW COLUMNS FROM events", "DESCRIBE events", "EXPLAIN SELECT 1 FROM events"]:
            cursor.execute(sql)
            check(f"`{sql}` answers", cursor.fetch_arrow_table().num_rows > 0)
        schema = cursor.adbc_execute_schema("SELECT eventName, count(*) FROM events GROUP BY 1")
        check("the columns are known before execution", schema.names == ["eventName", "_col1"], schema)


def parameters(connection):
    with connection.cursor() as cursor:

        def ask(sql, values):
            cursor.execute(sql, values)
            return cursor.fetchall()

        values = [
            "it's; --", 1, -(2**63), 1.5, True, b"\x00\xff", decimal.Decimal("-1.50"), None,
            datetime.date(2024, 5, 1), datetime.time(1, 2, 3), datetime.datetime(2024, 5, 1, 10, 30),
        ]
        found = ask("SELECT " + ", ".join("?" * len(values)), values)[0]
        check("values of every type come back as they were bound", list(found) == values, found)
        aware = datetime.datetime(2024, 5, 1, 12, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
        check("times with a zone are bound as UTC", ask("SELECT ?", [aware])[0][0] == values[-1])
        name, count = ask("SELECT eventName, count(*) FROM events GROUP BY 1 ORDER BY 2 DESC LIMIT ?", [1])[0]
        since = datetime.datetime(2000, 1, 1)
        found = ask("SELECT count(*) FROM events WHERE eventName = ? AND eventTime > ?", [name, since])
        check("a value is compared with a column", found == [(count,)], found)
        injected = ask("SELECT count(*) FROM events WHERE eventName = ?", ["' OR 1=1 --"])
        check("what a value says never becomes SQL", injected == [(0,)], injected)
        cursor.adbc_prepare("SELECT ? AS n, count(*) FROM events WHERE eventName = ?")
        rows = pa.record_batch([pa.array([1, 2, None]), pa.array([name, "NoSuchCall", None])], names=["0", "1"])
        cursor.adbc_statement.bind(rows)
        stream, _ = cursor.adbc_statement.execute_query()
        found = pa.RecordBatchReader._import_from_c(stream.address).read_all().to_pydict()
        check("rows of values run one after the other", found == {"n": [1, 2, None], "_col1": [count, 0, 0]}, found)


def metadata(connection):
    info = connection.adbc_get_info()
    check("the server says what it is", info["vendor_name"] == "TrailLake" and info["vendor_version"], info)
    check("table types are listed", connection.adbc_get_table_types() == ["BASE TABLE", "VIEW"])
    tree = connection.adbc_get_objects(depth="all", db_schema_filter="public").read_all().to_pylist()
    tables = tree[0]["catalog_db_schemas"][0]["db_schema_tables"]
    columns = {column["column_name"]: column["xdbc_type_name"] for column in tables[0]["table_columns"]}
    check("objects are listed to their columns", tables[0]["table_name"] == "events", tree)
    check("columns have Lake's types", columns.get("eventtime") == "timestamp(3)", columns)
    schema = connection.adbc_get_table_schema("events", db_schema_filter="public")
    check("a table's columns are those of its rows", "useridentity" in schema.names, schema.names)
    where = (connection.adbc_current_catalog, connection.adbc_current_db_schema)
    check("a connection has a catalog and schema", where == ("traillake", "public"), where)


def errors(connection):
    with connection.cursor() as cursor:
        for sql, status, text in [
            ("SELECT eventNam FROM events", "INVALID_ARGUMENT", "line 1:8: column `eventNam` cannot be resolved; hint: did you mean"),
            ("SELECT 1 FROM nosuch", "NOT_FOUND", "event data store `nosuch` not found; hint: stores: `events`"),
            ("DROP TABLE events", "INVALID_ARGUMENT", "`DROP TABLE` is not allowed: queries only read the lake"),
        ]:
            error = refusal(lambda: cursor.execute(sql))
            holds = error and error.status_code.name == status and text in str(error)
            check(f"`{sql}` is refused in the words of the command line", holds, error)
        late = refusal(lambda: (cursor.execute("SELECT 1 / (length(eventName) - length(eventName)) FROM events"), cursor.fetchall()))
        check("an error of a running query reaches its reader", late and "ivision by zero" in str(late), late)
        update = refusal(lambda: cursor.executemany("SELECT ?", [(1,), (2,)]))
        check("updates are refused", update and "only read over Flight SQL" in str(update), update)
        ingest = refusal(lambda: cursor.adbc_ingest("x", pa.table({"a": [1]})))
        check("ingest is refused", ingest and "rows are not ingested" in str(ingest), ingest)


def running(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM system.queries WHERE state = 'RUNNING'")
        return cursor.fetchall()[0][0] - 1


def is_idle(connection):
    for _ in range(100):
        if running(connection) == 0:
            return True
        time.sleep(0.1)
    return False


def streams(connection, connect, pid):
    endless = "SELECT a.eventID, b.eventJson FROM events a CROSS JOIN events b CROSS JOIN events c"
    with connection.cursor() as cursor:
        cursor.execute("SELECT rpad(eventID, 1000, 'x') FROM events CROSS JOIN UNNEST(sequence(1, 20)) AS t(n)")
        before, rows, largest = resident(pid), 0, 0
        for batch in cursor.fetch_record_batch():
            rows, largest = rows + batch.num_rows, max(largest, batch.nbytes)
        grown = resident(pid, "VmHWM") - before
        check("a result of 400 MB arrives whole", rows == 20 * EVENTS, rows)
        check("its messages are small", largest < 4 << 20, largest)
        check("the server never holds it", grown < 200 << 20, f"{grown >> 20} MiB more")
    with connect() as other, other.cursor() as cursor:
        cursor.execute(endless)
        reader = cursor.fetch_record_batch()
        check("rows come before a query is over", reader.read_next_batch().num_rows > 0)
        threading.Timer(0.2, cursor.adbc_cancel).start()
        ended = refusal(lambda: [None for _ in reader])
        check("a query is cancelled while it is read", ended and "cancel" in str(ended).lower(), ended)
        check("nothing of it is left on the server", is_idle(connection), running(connection))


def by_hand(url, key, secret):
    client = flight.connect(url)
    options = flight.FlightCallOptions(headers=[client.authenticate_basic_token(key, secret)])
    sql = b"SELECT eventName FROM events LIMIT 5"
    # Any { type_url: ...CommandStatementQuery, value: CommandStatementQuery { query: sql } }
    name = b"type.googleapis.com/arrow.flight.protocol.sql.CommandStatementQuery"
    query = b"\x0a" + bytes([len(sql)]) + sql
    command = b"\x0a" + bytes([len(name)]) + name + b"\x12" + bytes([len(query)]) + query
    info = client.get_flight_info(flight.FlightDescriptor.for_command(command), options)
    table = client.do_get(info.endpoints[0].ticket, options).read_all()
    check("pyarrow.flight reads the columns it was promised", table.schema == info.schema and table.num_rows == 5, table)
    names = {action.type for action in client.list_actions(options)}
    check("actions are listed", {"CreatePreparedStatement", "CancelFlightInfo"} <= names, names)
    try:
        list(client.do_get(info.endpoints[0].ticket))
        check("a ticket needs its owner's token", False)
    except flight.FlightUnauthenticatedError:
        check("a ticket needs its owner's token", True)


with tempfile.TemporaryDirectory() as work:
    lake, logs = os.path.join(work, "lake"), os.path.join(work, "logs")
    run(lake, "generate", logs, "--events", str(EVENTS), "--accounts", "3", "--days", "2", "--seed", "7")
    run(lake, "ingest", logs)
    serve = [BIN, "--lake", lake, "serve", "--flight", "127.0.0.1:0", "--http", "off", "--format", "json"]
    server = subprocess.Popen(serve, stdout=subprocess.PIPE, text=True)
    try:
        said = json.loads(server.stdout.readline())
        url, key, secret = said["flight"], said["access_key_id"], said["secret_access_key"]
        login = {"username": key, "password": secret}

        def connect():
            return flight_sql.connect(url, db_kwargs=login, autocommit=True)

        with connect() as connection:
            statements(connection)
            parameters(connection)
            metadata(connection)
            errors(connection)
            streams(connection, connect, server.pid)
        by_hand(url, key, secret)
        wrong = refusal(lambda: flight_sql.connect(url, db_kwargs={"username": key, "password": "guessed"}))
        check("a wrong password is refused", wrong and "UNAUTHENTICATED" in str(wrong), wrong)
        with warnings.catch_warnings(action="ignore"), flight_sql.connect(url, db_kwargs=login) as connection:
            check("a connection without autocommit reads as well", connection.execute("SELECT 1").fetchall() == [(1,)])
    finally:
        server.send_signal(signal.SIGINT)
        code = server.wait(timeout=60)
    check("the server ends when it is told to", code == 0, code)

print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
