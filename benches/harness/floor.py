"""What the hardware allows: reading, unpacking and parsing the log files, and reading bare Parquet columns."""

import gc
import multiprocessing
import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

from .lakes import log_files

GZIP = 31


def read(paths):
    for path in paths:
        with open(path, "rb") as file:
            file.read()


def unpack(paths):
    from isal import isal_zlib

    for path in paths:
        with open(path, "rb") as file:
            isal_zlib.decompress(file.read(), GZIP)


def scan_json(paths):
    import simdjson
    from isal import isal_zlib

    parser = simdjson.Parser()
    for path in paths:
        with open(path, "rb") as file:
            parser.parse(isal_zlib.decompress(file.read(), GZIP))


def parse_values(paths):
    import orjson
    from isal import isal_zlib

    gc.disable()
    for path in paths:
        with open(path, "rb") as file:
            orjson.loads(isal_zlib.decompress(file.read(), GZIP))


STEPS = {
    "read": read,
    "gunzip": unpack,
    "gunzip + simdjson, no values": scan_json,
    "gunzip + orjson, values": parse_values,
}
# The step that stands for "gunzip plus typed parse".
PARSE = "gunzip + orjson, values"


def ingest_floor(logs, runs):
    """Median seconds of every step over all files, one process for each core."""
    cores = os.cpu_count()
    files = log_files(logs)
    parts = [files[at :: cores * 8] for at in range(cores * 8)]
    with multiprocessing.get_context("fork").Pool(cores) as pool:
        pool.map(parse_values, [files[:1]] * cores, chunksize=1)
        return {name: median_seconds(runs, lambda: pool.map(step, parts, chunksize=1)) for name, step in STEPS.items()}


def scan_floor(files, columns, runs):
    """Median seconds to read columns of Parquet files into Arrow memory, without filter or grouping."""
    from pyarrow.parquet import ParquetFile

    def one(path):
        file = ParquetFile(path)
        return file.read(columns=list(columns), use_threads=False).num_rows if columns else file.metadata.num_rows

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return median_seconds(runs, lambda: sum(pool.map(one, files)))


def median_seconds(runs, action):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
