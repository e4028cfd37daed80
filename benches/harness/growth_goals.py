"""The lines to reach of growing lakes, many files and the network."""

from .goals import MEMORY, Line, stands
from .growing import LATEST

WAYS = {"running": "in a running prompt", "cold": "`find`, process start to end"}
NEEDLE_REQUESTS = 12


def growth_lines(growth):
    lakes = {int(events): lake for events, lake in growth["lakes"].items() if stands(lake.get("needles"))}
    if len(lakes) > 1:
        yield from needle_lines(min(lakes), max(lakes), lakes)
    if lakes and stands(lakes[max(lakes)]["sizes"]):
        yield from size_lines(max(lakes), lakes[max(lakes)])
    if not growth.get("metadata"):
        return
    events = max(map(int, growth["lakes"]))
    yield memory_line(growth["lakes"][str(events)]["fill"], events)
    for judge, name in ((metadata_lines, "metadata"), (cold_lines, "cold_start"), (dedupe_lines, "dedupe")):
        if stands(growth[name]):
            yield from judge(growth[name], events)


def needle_lines(small, large, lakes):
    for way, title in WAYS.items():
        times = lakes[large]["needles"][way]["seconds"] / lakes[small]["needles"][way]["seconds"]
        yield Line("growth", f"needle in {large:,} events, {title}, times that in {small:,}", times, 1.5, False)


def size_lines(events, lake):
    sizes = lake["sizes"]
    for way, title in WAYS.items():
        text = f"needle in {events:,} events, {title}: share of the lake's bytes read"
        yield Line("growth", text, lake["needles"][way]["bytes"] / sizes["bytes"], 0.02, False)
    share = (sizes["index"] + sizes["bloom"]) / sizes["bytes"]
    yield Line("growth", f"index and bloom filters / bytes of the lake of {events:,} events", share, 0.05, False)


def memory_line(fill, events):
    text = f"largest peak memory of {fill['ingests']} ingests up to {events:,} events / 512 MB"
    return Line("growth", text, fill["peak_bytes"] / MEMORY, 1, False)


def metadata_lines(metadata, events):
    for name, read in metadata.items():
        if name == LATEST:
            yield Line("growth", f"{name} of {events:,} events: kB read", read["bytes"] / 1e3)
        else:
            yield Line("growth", f"{name} of {events:,} events: data files read", read["files"], 0, False)


def cold_lines(cold_start, events):
    for span, taken in cold_start.items():
        text = f"`query` of {span} of {events:,} events, process start to end, times `duckdb -c`"
        yield Line("growth", text, taken["duckdb"] / taken["traillake"], 1)


def dedupe_lines(dedupe, events):
    text = f"ingest with {dedupe['share']:.2%} re-delivered, beside {events:,} stored events"
    yield Line("growth", f"{text}: more time than into an empty store", dedupe["cost"], 0.10, False)
    yield Line("growth", f"{text}: more processor time than into an empty store", dedupe["cpu_cost"])
    text = f"all of it delivered again beside {events:,} events, times the time of its ingest"
    yield Line("growth", text, dedupe["bulk"])


def files_lines(files):
    rows = {int(count): row for count, row in files.items() if stands(row)}
    if len(rows) < 2:
        return
    few, many = min(rows), max(rows)
    for name in ("hour", "day"):
        times = rows[many][f"warm, {name}"] / rows[few][f"warm, {name}"]
        text = f"planning a question of one {name} over {many:,} files, warm, times that over {few:,}"
        yield Line("files", text, times, 3, False)


def network_lines(found):
    for name, cost in found.get("questions", {}).items():
        goal = NEEDLE_REQUESTS if name.startswith("needle") else None
        yield Line("network", f"{name}: requests of a new process", cost["requests"], goal, False)
