"""Time, processor time and peak memory, of a part of this process and of a whole other one."""

import os
import resource
import subprocess
import time


def of_this_process(action):
    """Runs a part of this process. The peak is that of the process so far, its libraries included."""
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    action()
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return {"seconds": seconds, "cpu_seconds": cpu, "peak_bytes": after.ru_maxrss * 1024}


def of_command(command, stdout=subprocess.DEVNULL):
    """Runs a command from start to exit; its standard error is the exception when it fails."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=stdout, stderr=subprocess.PIPE)
    message = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(message.decode(errors="replace").strip() or f"exit code {child.returncode}")
    return {"seconds": seconds, "cpu_seconds": usage.ru_utime + usage.ru_stime, "peak_bytes": usage.ru_maxrss * 1024}


def timed(command):
    """Seconds from start to exit of a command, and what it said."""
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return seconds, done


def bytes_below(folder, counted=lambda path: True):
    """The bytes of the files below a folder."""
    return sum(
        os.path.getsize(path)
        for place, _, names in os.walk(folder)
        for path in (os.path.join(place, name) for name in names)
        if counted(path)
    )
