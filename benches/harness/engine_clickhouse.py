"""ClickHouse (chdb) with a MergeTree table: typed columns, ordered by time, skip indexes on what needles ask for."""

import os
import shutil
import time

import chdb
import pyarrow
from chdb.session import Session as Connection
from pyarrow import ipc

from . import measure
from .records import COLUMNS, WORD

TEXT_CODEC = {"requestParameters", "responseElements", "additionalEventData", "resources", "userAgent", "errorMessage"}
INDEXED = [
    "eventID",
    "requestID",
    "sourceIPAddress",
    "userIdentity.accessKeyId",
    "userIdentity.arn",
    "userIdentity.sessionContext.sessionIssuer.arn",
    "requestParameters['bucketName']",
]
# The fastest of the ways that were tried: whole files as text, parsed into tuples after the split,
# files in parallel instead of the parts of one file.
LOAD_SETTINGS = (
    "date_time_input_format = 'best_effort', input_format_parallel_parsing = 0, input_format_null_as_default = 1,"
    " max_insert_threads = {cores}"
)


class ClickHouse:
    name = "clickhouse"

    def __init__(self, setting):
        self.logs = setting["logs"]
        self.folder = os.path.join(setting["stores"], "clickhouse")

    def load(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        connection = Connection(self.folder)
        connection.query("CREATE DATABASE lake")
        connection.query(self.table_sql())
        return measure.of_this_process(lambda: connection.query(self.load_sql()))

    def table_sql(self):
        columns = [f"{name} {kind}" + (" CODEC(ZSTD(1))" if name in TEXT_CODEC else "") for name, _, kind in COLUMNS]
        indexes = [f"INDEX needle_{at} {path} TYPE bloom_filter GRANULARITY 1" for at, path in enumerate(INDEXED)]
        return f"CREATE TABLE lake.events ({', '.join(columns + indexes)}) ENGINE = MergeTree ORDER BY eventTime"

    def load_sql(self):
        record = ", ".join(f"{name} {kind}" for name, _, kind in COLUMNS).replace(WORD, "String")
        columns = ", ".join(f"tupleElement(r, '{name}') AS {name}" for name, _, _ in COLUMNS)
        settings = LOAD_SETTINGS.format(cores=os.cpu_count())
        return (
            f"INSERT INTO lake.events SELECT {columns} FROM (SELECT"
            f" JSONExtract(arrayJoin(JSONExtractArrayRaw(json, 'Records')), 'Tuple({record})') AS r"
            f" FROM file('{self.logs}/**/*.json.gz', 'JSONAsString')) SETTINGS {settings}"
        )

    def settle(self):
        """What a server's background merges come to."""
        Connection(self.folder).query("OPTIMIZE TABLE lake.events FINAL")

    def stored(self):
        parts = "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = 'lake' AND table = 'events'"
        return int(Connection(self.folder).query(parts, "TSV").data())

    def session(self):
        return Session(self.folder)


class Session:
    """One connection to the stored table."""

    def __init__(self, folder):
        self.connection = Connection(folder)
        self.connection.query("USE lake")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def ask(self, sql):
        start = time.perf_counter()
        answer = self.connection.query(sql, "ArrowStream")
        seconds = time.perf_counter() - start
        return seconds, with_times(ipc.open_stream(answer.bytes()).read_all())


def with_times(table):
    """ClickHouse gives a DateTime to Arrow as seconds without a type of their own."""
    for at, field in enumerate(table.schema):
        if field.type == pyarrow.uint32():
            times = table.column(at).cast(pyarrow.int64()).cast(pyarrow.timestamp("s"))
            table = table.set_column(at, field.name, times)
    return table


VERSION = f"ClickHouse {chdb.engine_version} (chdb {chdb.__version__})"
