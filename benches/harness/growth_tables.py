"""The figures of growing lakes, many files and the network, as Markdown."""

from .goals import stands
from .network import COLUMNS


def growth_tables(measured):
    """The tables of the parts that were measured."""
    growth, files, network = (measured.get(name) for name in ("growth", "files", "network"))
    found = [
        needle_table(growth["lakes"]) if growth else "",
        pair_table(growth) if growth else "",
        files_table(files) if files else "",
        network_table(network["questions"]) if stands(network) else "",
    ]
    return "\n\n".join(table for table in found if table)


def table(title, head, rows):
    rows = list(rows)
    if not rows:
        return ""
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *rows)]
    return "\n".join([f"## {title}", "", *lines])


def needle_table(lakes):
    head = ["events", "MB", "index", "bloom filters", "running: ms", "kB read", "files"]
    head += ["`find`: ms", "kB read", "files", "largest memory of its ingests, MB"]
    return table("Needles", head, (needle_row(events, lake) for events, lake in lakes.items() if complete(lake)))


def complete(lake):
    return all(stands(lake.get(step)) for step in ("fill", "sizes", "needles"))


def needle_row(events, lake):
    sizes = lake["sizes"]
    yield f"{int(events):,}"
    yield f"{sizes['bytes'] / 1e6:,.0f}"
    for part in ("index", "bloom"):
        yield f"{sizes[part] / sizes['bytes']:.2%}"
    for way in ("running", "cold"):
        cost = lake["needles"][way]
        yield from (f"{cost['seconds'] * 1e3:.1f}", f"{cost['bytes'] / 1e3:,.0f}", f"{cost['files']:g}")
    yield f"{lake['fill']['peak_bytes'] / 1e6:.0f}"


def pair_table(growth):
    """Cold start beside DuckDB, dedupe beside an empty store, and what metadata answers, in the largest lake."""
    rows = []
    if stands(growth.get("cold_start")):
        for span, taken in growth["cold_start"].items():
            ours, theirs = (f"{taken[engine] * 1e3:.1f} ms" for engine in ("traillake", "duckdb"))
            rows.append([f"cold start, {span}, median of {taken['runs']}", ours, f"`duckdb -c`: {theirs}"])
    if stands(growth.get("dedupe")):
        dedupe = growth["dedupe"]
        large, empty = (f"{dedupe['events'] / dedupe[store]:,.0f} events/s" for store in ("large", "empty"))
        rows.append(
            [f"dedupe, {dedupe['share']:.2%} re-delivered, median of {dedupe['runs']}", large, f"empty store: {empty}"]
        )
    if stands(growth.get("metadata")):
        for name, read in growth["metadata"].items():
            rows.append([f"read for {name}", f"{read['bytes'] / 1e3:,.0f} kB", f"of {read['of_files']:,.0f} files"])
    return table("In the largest lake", ["", "TrailLake", "beside"], rows)


def files_table(files):
    rows = [row for row in files.values() if stands(row)]
    if not rows:
        return ""
    cells = ([value if isinstance(value, str) else f"{value:,.1f}" for value in row.values()] for row in rows)
    return table("Many files (ms)", list(rows[0]), cells)


def network_table(questions):
    head = ["question", "requests", "bytes", "ms", "with a read cache: requests", "bytes", "ms"]
    rows = ([name, *(str(cost.get(column, "")) for column in COLUMNS)] for name, cost in questions.items())
    return table("Over the network", head, rows)
