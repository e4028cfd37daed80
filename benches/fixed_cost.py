#!/usr/bin/env python3
"""What a small question costs in a running prompt, whatever the lake holds: CPU time and page faults of one statement
of many, or instructions (callgrind). `fixed_cost.py BINARY LAKE [--instructions] [--statements N]`"""

import argparse
import os
import re
import resource
import subprocess
import tempfile

QUESTIONS = {
    "nothing": "SELECT 1",
    "count": "SELECT count(*) FROM events",
    "needle that no file has": "SELECT eventTime, eventName FROM events WHERE eventID = '00000000-0000-4000-8000-{:012x}'",
    "latest 10": "SELECT eventTime, eventName, userIdentity.arn FROM events ORDER BY eventTime DESC LIMIT 10",
    "errors of no file": "SELECT eventSource, errorCode, count(*) AS n FROM events WHERE errorCode IS NOT NULL"
    " AND eventTime < timestamp '2000-01-01 00:00:00' GROUP BY 1, 2 ORDER BY n DESC, 1, 2 LIMIT 20",
}
INSTRUCTIONS = re.compile(r"refs:\s+([\d,]+)")


def run(prompt, statements, wrapper=()):
    """Feeds statements to a prompt; what it said on standard error."""
    with tempfile.TemporaryFile("w+") as script:
        script.write("".join(f"{statement};\n" for statement in statements))
        script.seek(0)
        done = subprocess.run(
            [*wrapper, *prompt], stdin=script, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True
        )
    return done.stderr


def cost(prompt, statements):
    """Milliseconds of CPU and page faults."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(prompt, statements)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return [seconds * 1e3, after.ru_minflt - before.ru_minflt]


def instructions(prompt, statements):
    """Thousands of instructions."""
    said = run(prompt, statements, ("valgrind", "--tool=callgrind", f"--callgrind-out-file={os.devnull}"))
    return [int(INSTRUCTIONS.search(said)[1].replace(",", "")) / 1e3]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("lake")
    parser.add_argument("--statements", type=int)
    parser.add_argument("--instructions", action="store_true")
    args = parser.parse_args()
    measure, units = (instructions, ["k instructions"]) if args.instructions else (cost, ["ms of CPU", "page faults"])
    count = args.statements or (40 if args.instructions else 1_000)
    prompt = [args.binary, "--lake", args.lake, "--quiet", "--color", "never", "repl", "--format", "arrow"]
    for name, text in QUESTIONS.items():
        statements = [text.format(number) for number in range(count + 2)]
        first, all_of_them = measure(prompt, statements[:2]), measure(prompt, statements)
        each = [(end - start) / count for start, end in zip(first, all_of_them)]
        print(f"{name:24}", ", ".join(f"{value:.2f} {unit}" for value, unit in zip(each, units)), flush=True)


if __name__ == "__main__":
    main()
