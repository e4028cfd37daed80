"""DuckDB with a Parquet file of its own: typed columns, sorted by time, zstd."""

import os
import time

import duckdb

from . import measure
from .records import COLUMNS

SMALLEST_OBJECT_SIZE = 1024 * 1024


class DuckDb:
    name = "duckdb"

    def __init__(self, setting):
        self.logs = setting["logs"]
        self.largest = setting["largest"]
        self.file = os.path.join(setting["stores"], "duckdb.parquet")

    def load(self):
        if os.path.exists(self.file):
            os.remove(self.file)
        connection = duckdb.connect()
        return measure.of_this_process(lambda: connection.execute(self.load_sql()))

    def load_sql(self):
        record = ", ".join(f"{name} {kind}" for name, kind, _ in COLUMNS)
        # DuckDB's buffers follow this limit, so the default of 16 MiB costs memory and time where objects are small.
        size = max(SMALLEST_OBJECT_SIZE, self.largest + 1024)
        return (
            "COPY (SELECT unnest(r) FROM (SELECT unnest(Records) AS r FROM"
            f" read_json('{self.logs}/**/*.json.gz', format = 'newline_delimited', maximum_object_size = {size},"
            f" columns = {{Records: 'STRUCT({record})[]'}})) ORDER BY r.eventTime)"
            f" TO '{self.file}' (FORMAT parquet, COMPRESSION zstd)"
        )

    def settle(self):
        """One sorted file: nothing to merge."""

    def stored(self):
        return os.path.getsize(self.file)

    def session(self):
        return Session(self.file)


class Session:
    """A connection that keeps the footers it has read."""

    def __init__(self, file):
        self.connection = duckdb.connect()
        self.connection.execute("SET parquet_metadata_cache = true")
        self.connection.execute(f"CREATE VIEW events AS FROM '{file}'")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def ask(self, sql):
        start = time.perf_counter()
        table = self.connection.execute(sql).to_arrow_table()
        return time.perf_counter() - start, table


VERSION = f"DuckDB {duckdb.__version__}"
