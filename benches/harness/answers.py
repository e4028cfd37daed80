"""An answer reduced to what engines must agree on: its rows, sorted, as a count and a digest."""

import hashlib
from datetime import datetime, timezone


def cell(value):
    """One form for a value, whatever engine gave it; an absent text and an empty one are the same."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(timezone.utc) if value.tzinfo else value
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, bytes):
        return value.decode()
    return str(value)


def digest(rows):
    """The digest of rows of texts, in any order."""
    lines = sorted("\x1f".join(row) for row in rows)
    return hashlib.sha256("\x1e".join(lines).encode()).hexdigest()[:16]


def reduced(table, compared):
    """Rows and digest of an Arrow table, over the columns (by place) that the question determines."""
    columns = [[cell(value) for value in table.column(place).to_pylist()] for place in compared]
    return {"rows": table.num_rows, "digest": digest(zip(*columns))}
