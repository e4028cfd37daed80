"""What the log files hold, counted by plain Python: the truth the engines are held against, and the values asked for."""

import os
from collections import Counter

import orjson
from isal import isal_zlib

from .answers import digest
from .lakes import log_files

GZIP = 31


def member(record, *names):
    for name in names:
        record = (record or {}).get(name)
    return record


FIELDS = {
    "access_key": lambda record: member(record, "userIdentity", "accessKeyId"),
    "event_id": lambda record: record.get("eventID"),
    "address": lambda record: record.get("sourceIPAddress"),
    "role": lambda record: member(record, "userIdentity", "sessionContext", "sessionIssuer", "arn"),
    "bucket": lambda record: member(record, "requestParameters", "bucketName"),
    "day": lambda record: record["eventTime"][:10],
    "type": lambda record: member(record, "userIdentity", "type"),
}


def middling(counter):
    """The value of the median frequency: neither the rarest nor the most common."""
    ranked = sorted((count, value) for value, count in counter.items() if value)
    return ranked[len(ranked) // 2][1] if ranked else "none"


def tally(logs):
    """Counts the files of a lake and picks the values that the questions ask for."""
    counters = {name: Counter() for name in FIELDS}
    events = raw_bytes = source_bytes = largest = 0
    files = log_files(logs)
    for path in files:
        source_bytes += os.path.getsize(path)
        with open(path, "rb") as file:
            raw = isal_zlib.decompress(file.read(), GZIP)
        raw_bytes, largest = raw_bytes + len(raw), max(largest, len(raw))
        for record in orjson.loads(raw)["Records"]:
            events += 1
            for name, field in FIELDS.items():
                counters[name][field(record)] += 1
    values = {name: middling(counter) for name, counter in counters.items()}
    # Part of a bucket's name, which is also in ARNs, host names and keys of other events.
    values["text"] = values["bucket"].rsplit("-", 1)[0]
    return {
        "events": events,
        "objects": len(files),
        "source_bytes": source_bytes,
        "raw_bytes": raw_bytes,
        "largest": largest,
        "values": values,
        "expected": expected(events, counters, values),
    }


def expected(events, counters, values):
    """What is known of the answers without any engine: the rows, or the one value."""
    rows = {
        "access key": counters["access_key"][values["access_key"]],
        "event id": counters["event_id"][values["event_id"]],
        "address": counters["address"][values["address"]],
        "role ARN": counters["role"][values["role"]],
        "bucket": counters["bucket"][values["bucket"]],
        "latest 100": min(100, events),
        "root activity": counters["type"]["Root"],
    }
    known = {name: {"rows": count} for name, count in rows.items()}
    known["count"] = {"rows": 1, "digest": digest([(str(events),)])}
    return known
