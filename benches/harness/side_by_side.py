"""What the engines did on the four lakes, figure by figure, as Markdown."""

from .goals import RIVALS, disagreements, stands
from .questions import QUESTIONS

ENGINES = ("traillake", *RIVALS)
HEAD = "| lake | | TrailLake | DuckDB | ClickHouse | × DuckDB | × ClickHouse | floor | answers |\n|---|---|---|---|---|---|---|---|---|"


def side_by_side(lakes):
    """The table of all lakes."""
    rows = [row for name, lake in lakes.items() for row in lake_table(name, lake)]
    return "\n".join(["## The engines side by side", "", HEAD, *rows]) if rows else ""


def lake_table(name, lake):
    yield from lake_rows(name, lake)
    yield from ingest_rows(name, lake)
    yield from byte_rows(name, lake)
    yield from question_rows(name, lake)


def row(lake, title, cells, ratios=("", ""), floor="", answers=""):
    return "| " + " | ".join([lake, title, *cells, *ratios, floor, answers]) + " |"


def lake_rows(name, lake):
    tally = lake["tally"]
    text = (
        f"{tally['events']:,} events, {tally['objects']:,} objects, {tally['source_bytes'] / 1e6:.1f} MB gzip,"
        f" {tally['raw_bytes'] / 1e6:.1f} MB JSON"
    )
    yield row(f"**{name}**", text, ("", "", ""))


def figures(results, value):
    """A value for each engine that has figures, None for the others."""
    return {engine: value(results[engine]) if stands(results.get(engine)) else None for engine in ENGINES}


def theirs_by_ours(values, rival):
    """Of seconds, bytes and memory, where less is better."""
    return values[rival] / values["traillake"]


def compared(values, form):
    cells = tuple("failed" if values[engine] is None else form(values[engine]) for engine in ENGINES)
    ratios = tuple(
        "" if None in (values["traillake"], values[rival]) else f"{theirs_by_ours(values, rival):.3g}"
        for rival in RIVALS
    )
    return cells, ratios


def ingest_rows(name, lake):
    tally, load = lake["tally"], lake["load"]

    def rate(size, form):
        def shown(seconds):
            return form(size / seconds)

        floor = "; ".join(f"{step}: {shown(seconds)}" for step, seconds in lake["floor"].items())
        return (*compared(figures(load, lambda one: one["seconds"]), shown), floor)

    yield row(name, "ingest, events/s", *rate(tally["events"], lambda value: f"{value:,.0f}"))
    yield row(name, "ingest, MB/s of JSON", *rate(tally["raw_bytes"] / 1e6, lambda value: f"{value:.1f}"))
    yield row(name, "ingest, s", *compared(figures(load, lambda one: one["seconds"]), lambda value: f"{value:.2f}"))
    yield row(
        name,
        "ingest, peak memory, MB",
        *compared(figures(load, lambda one: one["peak_bytes"] / 1e6), lambda value: f"{value:.0f}"),
    )
    cores = figures(load, lambda one: one["cores"])
    yield row(name, "ingest, share of the cores in use", compared(cores, lambda value: f"{value:.0%}")[0])
    if stands(lake["redeliver"]):
        yield row(name, "all delivered again, s", (f"{lake['redeliver']['seconds']:.2f}", "", ""))


def byte_rows(name, lake):
    tally, stored = lake["tally"], lake["stored"]
    for step, title in (("loaded", "after ingest"), ("settled", "after merging")):
        values = figures(stored, lambda one: one[step])
        yield row(name, f"bytes/event, {title}", *compared(values, lambda value: f"{value / tally['events']:.1f}"))
        share = compared(values, lambda value: f"{value / tally['source_bytes']:.3f}")[0]
        yield row(name, f"bytes / gzip source, {title}", share)
    merging = figures(lake["settle"], lambda one: one["seconds"])
    yield row(
        name, "merging (`compact`, none, `OPTIMIZE FINAL`), s", compared(merging, lambda value: f"{value:.2f}")[0]
    )


def question_rows(name, lake):
    wrong = disagreements(lake)
    for question in QUESTIONS:
        given = {
            engine: answers.get(question.name) if stands(answers) else None
            for engine, answers in lake["answers"].items()
        }
        first, first_ratios = timed(given, "first")
        again, again_ratios = timed(given, "again")
        cells = [one if one == "failed" else f"{one} / {two}" for one, two in zip(first, again)]
        ratios = [f"{one} / {two}" if one else "" for one, two in zip(first_ratios, again_ratios)]
        floor = f"{lake['scan']['seconds'][question.name] * 1e3:.1f}" if stands(lake["scan"]) else ""
        yield row(name, question.name, cells, ratios, floor, agreement(question, given, lake, wrong))


def timed(given, run):
    return compared(figures(given, lambda one: one[run]), lambda value: f"{value * 1e3:.1f}")


def agreement(question, given, lake, wrong):
    if question.name in wrong:
        return f"DISAGREE: {wrong[question.name]}"
    answers = [one for one in given.values() if one]
    if not answers:
        return ""
    counted = ", as counted" if question.name in lake["tally"]["expected"] else ""
    return f"rows: {answers[0]['rows']:,}, {len(answers)} agree{counted}"
