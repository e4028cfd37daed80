"""The four lakes: how each is generated and what its files hold."""

import os
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    name: str
    events: int
    options: tuple[str, ...] = ()


SHAPES = [
    Shape("busy", 1_000_000),
    Shape("many-small", 200_000),
    Shape("wide", 600_000, ("--accounts", "300", "--regions", "17", "--days", "30")),
    Shape("long", 400_000, ("--accounts", "1", "--days", str(7 * 365))),
]


def generate(binary, shape, scale, folder):
    """Writes the log files of a shape; the same shape and scale give the same bytes."""
    events = max(1, round(shape.events * scale))
    command = [binary, "generate", folder, "--shape", shape.name, "--events", str(events), *shape.options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def generate_events(binary, folder, events, seed, start):
    """Writes the log files of a busy trail's two days from a date on."""
    command = [binary, "generate", folder, "--events", str(events), "--seed", str(seed), "--start", str(start)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def log_files(folder):
    """All log files below a folder, sorted."""
    return sorted(
        os.path.join(place, name) for place, _, names in os.walk(folder) for name in names if name.endswith(".json.gz")
    )
