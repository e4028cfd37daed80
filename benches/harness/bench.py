"""Steps in processes of their own, so that no engine meets what another one left in memory."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import venv

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Bench:
    def __init__(self, options, work):
        self.options, self.work = options, work
        self.binary = os.path.abspath(options.bin)
        self.python = options.python or self.made_python()

    def made_python(self):
        home = os.path.join(self.work, "venv")
        python = os.path.join(home, "bin", "python")
        if not os.path.exists(python):
            venv.create(home, with_pip=True)
        requirements = os.path.join(HERE, "requirements.txt")
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--requirement", requirements], check=True)
        return python

    def step(self, name, **setting):
        """Runs one step; a failure is a result too."""
        answer = os.path.join(self.work, "answer.json")
        step = json.dumps({"step": name, "answer": answer, "binary": self.binary, **setting})
        code, said = self.finished([self.python, "-m", "harness.worker", step])
        if code is None:
            return {"failed": f"no end after {self.options.timeout} s"}
        if code:
            return {"failed": reason(said) or f"exit code {code}"}
        with open(answer, encoding="utf-8") as file:
            return json.load(file)

    def finished(self, command):
        """Exit code, None for a timeout, and standard error of a command, which is ended with all that it started."""
        worker = subprocess.Popen(
            command,
            cwd=HERE,
            env={**os.environ, "TZ": "UTC"},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        try:
            _, said = worker.communicate(timeout=self.options.timeout)
        except BaseException as error:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.communicate()
            if isinstance(error, subprocess.TimeoutExpired):
                return None, ""
            raise
        return worker.returncode, said

    def certain(self, name, **setting):
        """Runs a step that nothing can be said without."""
        result = self.step(name, **setting)
        if isinstance(result, dict) and "failed" in result:
            sys.exit(f"{name}: {result['failed']}")
        return result


def reason(said):
    """The line of a traceback that says what went wrong."""
    lines = [line for line in said.splitlines() if re.match(r"[\w.]*(Error|Exception)\b", line)]
    return (lines[-1] if lines else said.strip()[-500:])[:500]


def say(part, text):
    print(f"{time.strftime('%H:%M:%S')} {part}: {text}", file=sys.stderr, flush=True)
