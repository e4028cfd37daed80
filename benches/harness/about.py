"""What the figures are of: machine, binary, versions."""

import hashlib
import os
import platform
import re
import subprocess


def digest(binary):
    with open(binary, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def profile(options):
    """The build profile as given, or as the folder below `target` says."""
    if options.profile:
        return options.profile
    folder = os.path.basename(os.path.dirname(os.path.abspath(options.bin)))
    return {"release": "release", "debug": "dev"}.get(folder, "unknown")


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"model name\s*: (.*)", file.read())
    return found.group(1) if found else platform.machine()


def machine(options):
    return options.machine or f"{processor()}, {os.cpu_count()} cores"


def identity(options):
    """What the figures of one result have in common."""
    numbers = {"scale": options.scale, "runs": options.runs, "repeats": options.repeats}
    return {"binary": digest(options.bin), **numbers, "growth": options.growth, "files": options.files}


def facts(bench, options):
    version = subprocess.run([bench.binary, "version"], capture_output=True, text=True, check=True).stdout.strip()
    versions = bench.certain("versions", stores=bench.work)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "machine": f"{machine(options)}, {memory:.0f} GiB, {platform.system()} {platform.release()}",
        "binary": f"{version}, profile {profile(options)}, sha256 {digest(options.bin)}",
        "beside": f"{', '.join(versions.values())}, Python {platform.python_version()}",
        "run": f"scale {options.scale:g}, {options.runs} runs, {options.repeats} repeats of a question in each",
        "load of the machine before": f"{os.getloadavg()[0]:.2f}",
    }
