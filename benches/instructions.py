#!/usr/bin/env python3
"""Counts the instructions of every micro-bench under callgrind: figures that a busy machine does not change.

Each operation runs in two processes, once in one and several times in the other, after the same preparation. The
difference is those runs: start-up, preparation and what is done once per process drop out.
"""

import argparse
import json
import platform
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "benches" / "instructions.json"
BENCHES = ["record", "lake"]


def output(command, **options):
    run = subprocess.run([str(part) for part in command], text=True, capture_output=True, **options)
    if run.returncode:
        sys.exit(f"`{' '.join(map(str, command))}` failed:\n{run.stderr[-3000:]}")
    return run


def built():
    """The bench binaries, built with the bench profile."""
    command = ["cargo", "bench", "--workspace", "--no-run", "--message-format", "json-render-diagnostics"]
    command += [part for name in BENCHES for part in ("--bench", name)]
    run = subprocess.run(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True)
    messages = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    return [
        message["executable"]
        for message in messages
        if message["reason"] == "compiler-artifact" and message["executable"] and "bench" in message["target"]["kind"]
    ]


def operations(binary):
    for line in output([binary, "--operations"]).stdout.splitlines():
        name, unit, units, size, most = line.split("\t")
        yield name, {"binary": binary, "unit": unit, "units": int(units), "bytes": int(size), "most": int(most)}


def collected(binary, name, times):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", binary, "--run", name, times]
    found = re.search(r"Collected : (\d+)", output(command).stderr)
    return int(found[1]) if found else sys.exit(f"callgrind said nothing about `{name}`")


def counted(name, operation):
    once, often = (collected(operation["binary"], name, times) for times in (1, operation["most"]))
    per_run = (often - once) / (operation["most"] - 1)
    return {"unit": operation["unit"], "per_unit": round(per_run / operation["units"], 1), "bytes": operation["bytes"],
            "per_byte": round(per_run / operation["bytes"], 2) if operation["bytes"] else None}


def machine(profile):
    try:
        rustc = output(["rustc", "--version"], cwd=ROOT).stdout.strip()
    except FileNotFoundError:
        rustc = "unknown"
    return {"processor": platform.machine(), "rustc": rustc, "profile": profile,
            "valgrind": output(["valgrind", "--version"]).stdout.strip()}


def change(now, kept):
    return 100 * (now["per_unit"] / kept["per_unit"] - 1) if kept else None


def table(counts, kept):
    yield "| operation | per | instructions | kept | change | instructions per byte of record |"
    yield "|---|---|---|---|---|---|"
    for name, now in counts.items():
        before = kept.get(name)
        compared = f"{before['per_unit']:,.0f} | {change(now, before):+.1f} %" if before else "- | -"
        yield f"| {name} | {now['unit']} | {now['per_unit']:,.0f} | {compared} | {now['per_byte'] or '-'} |"


def worse(counts, kept, tolerance, complete):
    for name, now in counts.items():
        moved = change(now, kept.get(name))
        if moved is not None and moved > tolerance:
            yield f"`{name}` takes {moved:.1f} % more instructions than kept, {tolerance:g} % are tolerated"
    for name in kept if complete else ():
        if name not in counts:
            yield f"`{name}` is kept but no bench has it"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", metavar="TEXT", help="operations whose name holds TEXT")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="exit code 1 where a count is above the one in FILE")
    parser.add_argument("--tolerance", type=float, default=3.0, metavar="PERCENT", help="what --compare lets pass (3)")
    parser.add_argument("--keep", type=Path, nargs="?", const=KEPT, metavar="FILE", help=f"write the counts ({KEPT.name})")
    parser.add_argument("--jobs", type=int, default=1, help="processes at once (1)")
    parser.add_argument("--bin", action="append", metavar="FILE", help="a bench binary that is built already")
    parser.add_argument("--profile", default=None, help="how the binaries of --bin were built")
    return parser.parse_args()


def main():
    options = arguments()
    binaries = options.bin or built()
    profile = (options.profile or "unknown") if options.bin else "bench"
    if options.keep and profile != "bench":
        sys.exit("counts are kept of the bench profile alone")
    if options.compare and not options.compare.is_file():
        sys.exit(f"there is no `{options.compare}`: --keep writes one")
    if options.keep and options.only:
        sys.exit("all operations are kept, or none: --keep without --only")
    wanted = {name: found for binary in binaries for name, found in operations(binary) if options.only in name}
    with ThreadPoolExecutor(options.jobs) as pool:
        counts = dict(zip(wanted, pool.map(counted, wanted, wanted.values())))
    here = machine(profile)
    before = json.loads(options.compare.read_text()) if options.compare else {"machine": here, "operations": {}}
    print("\n".join(table(counts, before["operations"])))
    if options.keep:
        options.keep.write_text(json.dumps({"machine": here, "operations": counts}, indent=2) + "\n")
    for fact, value in here.items():
        if before["machine"].get(fact) != value:
            print(f"another {fact}: {value}, kept with {before['machine'].get(fact)}", file=sys.stderr)
    regressions = list(worse(counts, before["operations"], options.tolerance, not options.only and not options.bin))
    print("\n".join(regressions), file=sys.stderr, end="\n" if regressions else "")
    return 1 if regressions else 0


if __name__ == "__main__":
    sys.exit(main())
