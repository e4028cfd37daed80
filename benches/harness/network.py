"""Requests of questions over the S3 protocol, as the test that bounds them prints them."""

import re
import shlex
import shutil
import subprocess

DEFAULT = "cargo test -p traillake --test it network -- --nocapture"
ROW = re.compile(r"^\| ([^|]+) \| ([\d |]+) \|$", re.MULTILINE)
COLUMNS = ("requests", "bytes", "ms", "kept_requests", "kept_bytes", "kept_ms")


def table(said):
    """The rows of the printed tables by question; some have the first columns only."""
    return {name: dict(zip(COLUMNS, map(int, figures.split(" | ")))) for name, figures in ROW.findall(said)}


def network(command, folder, timeout):
    """Runs the test; None where there is nothing to run it with."""
    words = shlex.split(command)
    if not shutil.which(words[0]):
        return None
    try:
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        return {"failed": f"no end after {timeout} s"}
    rows = table(done.stdout + done.stderr)
    if not rows:
        return {"failed": (done.stderr.strip() or done.stdout.strip())[-500:]}
    bounds = {"failed": f"exit code {done.returncode}"} if done.returncode else "hold"
    return {"questions": rows, "bounds": bounds}
