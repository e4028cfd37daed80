"""The kept result: every line to reach first, then the figures it was worked out from, as Markdown."""

from . import lakes
from .goals import disagreements, lake_lines
from .growth_goals import files_lines, growth_lines, network_lines
from .growth_tables import growth_tables
from .ledger import failed
from .side_by_side import side_by_side

LAKES = tuple(shape.name for shape in lakes.SHAPES)
# What the parts beside the lakes are there for.
OTHERS = {
    "growth": "needles, index, metadata answers, cold start and dedupe in growing lakes",
    "files": "planning over many files",
    "network": "requests over the network",
}
PARTS = (*LAKES, *OTHERS)
JUDGES = {"growth": growth_lines, "files": files_lines, "network": network_lines}


def report(results):
    """The whole report."""
    measured = results["parts"]
    tables = [side_by_side({name: measured[name] for name in LAKES if name in measured}), growth_tables(measured)]
    parts = [about(results), judged(measured), failures(measured), *tables]
    return "\n\n".join(part for part in parts if part) + "\n"


def about(results):
    facts = "\n".join(f"- {name}: {', '.join(values)}" for name, values in results["facts"].items())
    minutes = ", ".join(f"{name} {seconds / 60:.1f}" for name, seconds in results["seconds"].items())
    return (
        f"# {results['title']}\n\n{facts}\n- minutes: {minutes}\n\n"
        "Ratios above 1: TrailLake is ahead by that factor. All figures are medians of one run on one machine, peak memory\n"
        "is the largest seen. Questions are in milliseconds, first run / repeated run in a running process; their floor is\n"
        "a bare scan of the same columns of TrailLake's files by pyarrow. The floor of ingest is "
        "unpacking and parsing alone,\none process for each core. What is measured and how: benches/README.md."
    )


def lines(measured):
    for name in PARTS:
        if name in measured:
            yield from JUDGES[name](measured[name]) if name in JUDGES else lake_lines(name, measured[name])


def judged(measured):
    """Every line to reach, with its figure."""
    rows = ["## Lines to reach", "", "| part | line | figure | goal | summit | |", "|---|---|---|---|---|---|"]
    for line in lines(measured):
        sign = "≥" if line.least else "≤"
        goal, summit = ("" if mark is None else f"{sign} {mark:g}" for mark in (line.goal, line.summit))
        rows.append(f"| {line.part} | {line.text} | {line.value:.3g} | {goal} | {summit} | {line.verdict()} |")
    for name in (name for name in LAKES if name in measured):
        wrong = len(disagreements(measured[name]))
        rows.append(f"| {name} | answers that disagree | {wrong} | ≤ 0 | | {'not reached' if wrong else 'reached'} |")
    missing = [OTHERS.get(name, f"the lake {name}") for name in PARTS if name not in measured]
    if missing:
        rows += ["", f"Not measured: {'; '.join(missing)}."]
    return "\n".join(rows)


def failures(measured):
    """Every step without figures, whose lines are missing above."""
    found = [
        f"- {name}, {' '.join(where)}: {reason}"
        for name, one in measured.items()
        for where, reason in failed_steps(one)
    ]
    return "## Failed or not measured\n\n" + "\n".join(found) if found else ""


def failed_steps(result, where=()):
    """Where in a part something failed, and why."""
    if not isinstance(result, dict) or not failed(result):
        return
    if "failed" in result:
        yield where, result["failed"]
        return
    for name, one in result.items():
        yield from failed_steps(one, (*where, name))
