#!/usr/bin/env python3
"""Two hundred clients at once, well-meaning and hostile, over both doors of `traillake serve`.

usage: server_load.py --bin target/debug/traillake [--seconds 60] [--clients 200]

Three of five clients mean well: they have four different keys, ask over HTTP and Flight, and check that every answer
holds all of what they may see and nothing else. The others sign wrongly or too late, name foreign hosts, send too much,
send too slowly, close half of a connection, send garbage. It passes when nothing but what is expected was answered, when the server never
panicked and still answers, and when its memory comes back: `VmRSS` of /proc/PID/status after a warm-up of the same
load, and again after the load, each the least of some seconds without a client.
Prints one line per check and ends with 'N passed, N failed'.
"""
import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.request

from load.callers import Caller, FlightCaller, HttpCaller
from load.hostile import PATIENCE, Hostile

parser = argparse.ArgumentParser()
parser.add_argument("--bin", required=True)
parser.add_argument("--seconds", type=float, default=60)
parser.add_argument("--clients", type=int, default=200)
arguments = parser.parse_args()
BIN = os.path.abspath(arguments.bin)
EVENTS = 5000
CONFIG = f"""
[serve.net]
head_seconds = {PATIENCE}
body_seconds = {PATIENCE}
idle_seconds = 5
stall_seconds = 5
"""
passed = failed = 0


def check(name, holds, detail=""):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    print(("ok    " if holds else "FAILED  ") + name + ("" if holds else f"  <- {detail}"), flush=True)


class World:
    """A lake with two stores of the same events, four callers, and a server."""

    def __init__(self, folder):
        self.folder, self.queries = folder, collections.deque(maxlen=500)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TRAILLAKE_"))}
        self.environment.update(HOME=folder, TRAILLAKE_LAKE=self.path("lake"), AWS_EC2_METADATA_DISABLED="true")
        self.run("generate", self.path("logs"), "--events", str(EVENTS), "--accounts", "2", "--days", "2", "--seed", "6")
        self.run("ingest", self.path("logs"), "--store", "open")
        self.run("store", "create", "secret", "--retention-days", "unlimited", "--partition-by", "date")
        self.run("ingest", self.path("logs"), "--store", "secret")
        rows = json.loads(self.run("query", "SELECT recipientAccountId AS a, count(*) AS n FROM open GROUP BY 1", "--format", "json"))
        counts = {row["a"]: row["n"] for row in rows}
        one = min(counts)
        self.stores = {store["name"]: store["arn"] for store in json.loads(self.run("store", "list", "--format", "json"))}
        everything = {"open": counts, "secret": counts}
        held = {store: {one: counts[one]} for store in everything}
        self.callers = [
            self.caller("root", everything, "--role", "admin"),
            self.caller("ann", {"open": counts}, "--store", "open"),
            self.caller("bob", held, "--account", one),
            self.caller("eve", {"secret": held["secret"]}, "--store", "secret", "--account", one),
        ]

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *words):
        done = subprocess.run([BIN, *words], capture_output=True, text=True, timeout=300, env=self.environment)
        if done.returncode:
            sys.exit(f"traillake {' '.join(words)} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def caller(self, name, visible, *rights):
        users = ["--users", self.path("users.toml"), "--sealing-key", self.path("sealing.key")]
        made = json.loads(self.run("users", "add-key", *users, "--name", name, "--format", "json", *rights))
        return Caller(name, (made["access_key_id"], made["secret_access_key"]), visible)

    def serve(self):
        with open(self.path("config.toml"), "w") as config:
            config.write(CONFIG)
        self.errors = open(self.path("server.log"), "w+")
        command = [BIN, "--config", self.path("config.toml"), "serve", "--users", self.path("users.toml"), "--flight",
                   "127.0.0.1:0", "--http", "127.0.0.1:0", "--format", "json"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.errors, text=True, env=self.environment)
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"the server did not start: {open(self.errors.name).read()}")
        listening = json.loads(line)
        self.flight, self.http = listening["flight"], listening["http"].removeprefix("http://")

    def resident(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmRSS"))

    def at_rest(self):
        """Memory without clients: the least of 20 seconds, 10 of a short load, since it is given back bit by bit."""
        found = []
        for _ in range(40 if arguments.seconds >= 60 else 20):
            time.sleep(0.5)
            found.append(self.resident())
        return min(found)

    def figures(self):
        text = urllib.request.urlopen(f"http://{self.http}/metrics", timeout=30).read().decode()
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if not line.startswith("#")}


class Load:
    """Clients that do one thing after the other for a while."""

    def __init__(self, world, clients):
        self.world, self.clients = world, clients
        self.done, self.wrong, self.lock = collections.Counter(), [], threading.Lock()

    def client(self, number):
        kind = [HttpCaller, FlightCaller, Hostile, Hostile, (HttpCaller, FlightCaller)[number // 5 % 2]][number % 5]
        return kind(self.world, self.world.callers[number % 4])

    def work(self, number, end):
        client = None
        while time.monotonic() < end:
            try:
                client = client or self.client(number)
                what = client.step()
                with self.lock:
                    self.done[what] += 1
            except Exception:
                with self.lock:
                    self.wrong.append(traceback.format_exc(limit=-3))
                client = None
                time.sleep(0.5)
        if client:
            client.close()

    def run(self, seconds):
        end = time.monotonic() + seconds
        threads = [threading.Thread(target=self.work, args=(number, end)) for number in range(self.clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


with tempfile.TemporaryDirectory(prefix="traillake-load-") as folder:
    world = World(folder)
    world.serve()
    try:
        warm_up, load = Load(world, arguments.clients), Load(world, arguments.clients)
        warm_up.run(max(arguments.seconds / 2, 5))
        before = world.at_rest()
        load.run(arguments.seconds)
        after = world.at_rest()
        for what, count in sorted((warm_up.done + load.done).items()):
            print(f"      {count:7}  {what}")
        wrong = warm_up.wrong + load.wrong
        check(f"{arguments.clients} clients are answered as they may be", not wrong, f"{len(wrong)}, first: {wrong[:2]}")
        hostile = ["wrong signature", "expired request", "foreign host", "oversized body", "slow head", "slow body",
                   "half-closed stream", "garbage", "wrong password", "tampered ticket"]
        missing = [what for what in [*hostile, "http query", "flight query"] if not (warm_up.done + load.done)[what]]
        check("everything was tried", not missing, missing)
        check("the server is there", world.process.poll() is None, world.process.returncode)
        figures = world.figures()
        waiting = {name: count for name, count in figures.items() if name.startswith(("traillake_queries_running", "traillake_queries_queued"))}
        check("nothing runs or waits after the clients are gone", not any(waiting.values()), waiting)
        check(f"memory is back: {before >> 20} MiB after the warm-up, {after >> 20} MiB after the load",
              after <= before * 1.1, f"{after / before:.3f} of it")
    finally:
        world.process.terminate()
        code = world.process.wait(60)
    check("it ends well", code == 0, code)
    world.errors.seek(0)
    said = world.errors.read()
    check("it never panicked", "panick" not in said and "RUST_BACKTRACE" not in said, said[-3000:])

print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
