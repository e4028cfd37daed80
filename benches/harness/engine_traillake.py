"""TrailLake as it comes: `ingest` into a store of the default settings, questions to one running prompt."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time

from . import measure

ANSWERED = re.compile(rb"^[\d,]+ rows? in ")


class TrailLake:
    name = "traillake"

    def __init__(self, setting):
        self.binary = setting["binary"]
        self.logs = setting["logs"]
        self.lake = os.path.join(setting["stores"], "traillake")

    def command(self, *words):
        return [self.binary, "--lake", self.lake, "--quiet", "--color", "never", *words]

    def query(self, sql):
        done = subprocess.run(self.command("query", sql, "--format", "json"), capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr.strip())
        return json.loads(done.stdout)

    def load(self):
        shutil.rmtree(self.lake, ignore_errors=True)
        return measure.of_command(self.command("ingest", self.logs))

    def redeliver(self):
        """Every object once more: all events are duplicates."""
        return measure.of_command(self.command("ingest", self.logs, "--retry"))

    def settle(self):
        measure.of_command(self.command("compact"))

    def stored(self):
        """The live data files and everything else in the lake; not the replaced files that `vacuum` will take."""
        live = int(self.query("SELECT sum(size_bytes) AS n FROM system.files")[0]["n"])
        return live + measure.bytes_below(self.lake, lambda path: not self.is_data(path))

    def is_data(self, path):
        return path.endswith(".parquet") and f"{os.sep}events{os.sep}" in path and "_delta_log" not in path

    def data_files(self):
        """The live data files."""
        listed = self.query("SELECT path FROM system.files")
        stores = os.path.join(self.lake, "stores")
        (store,) = os.listdir(stores)
        return [os.path.join(stores, store, "events", file["path"]) for file in listed]

    def session(self):
        return Session(self.command("repl", "--format", "arrow"))


class Session:
    """A running prompt. Each statement goes in through a named pipe that the prompt was told to `.read`.

    The clock runs from writing the statement to the line that says it is answered, when the rows are out.
    """

    STATEMENTS = 10_000

    def __init__(self, command):
        self.folder = tempfile.TemporaryDirectory()
        self.pipe = os.path.join(self.folder.name, "statement")
        os.mkfifo(self.pipe)
        self.rows = open(os.path.join(self.folder.name, "rows"), "wb+")
        self.read = 0
        #: What the prompt said of the last answer.
        self.said = b""
        command = [word for word in command if word != "--quiet"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=self.rows, stderr=subprocess.PIPE)
        self.process.stdin.write(b".timer on\n" + f".read {self.pipe}\n".encode() * self.STATEMENTS)
        self.process.stdin.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.rows.close()
        self.folder.cleanup()

    def ask(self, sql):
        from pyarrow import ipc

        pipe = self.opened()
        start = time.perf_counter()
        os.write(pipe, f"{sql};\n".encode())
        os.close(pipe)
        self.said = self.process.stderr.readline()
        seconds = time.perf_counter() - start
        if not ANSWERED.match(self.said):
            raise RuntimeError((self.said + self.process.stderr.read()).decode(errors="replace").strip())
        end = os.path.getsize(self.rows.name)
        answer = os.pread(self.rows.fileno(), end - self.read, self.read)
        self.read = end
        return seconds, ipc.open_stream(answer).read_all()

    def opened(self):
        """The pipe, once the prompt waits at its other end."""
        while True:
            try:
                return os.open(self.pipe, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                if self.process.poll() is not None:
                    raise RuntimeError(self.process.stderr.read().decode(errors="replace").strip()) from None
                time.sleep(0.0005)
