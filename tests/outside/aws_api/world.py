"""What every part has: a lake, a server over it, clients that sign for it, and checks."""
import json
import os
import subprocess
import sys
import tempfile
import time

import boto3
import botocore.config
import botocore.exceptions

from .model import problems_of

ACCOUNT, REGION = "111122223333", "eu-west-1"


class World:
    """A lake of account 111122223333 in eu-west-1 in a folder of its own; its server ends with it."""

    def __init__(self, binary, part):
        self.binary, self.part = binary, part
        self.passed = self.failed = 0
        self.folder = None
        self.process = self.url = self.key = None

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="traillake-aws-")
        self.lake = os.path.join(self.folder.name, "lake")
        return self

    def __exit__(self, *_):
        self.stop()
        self.folder.cleanup()

    # -- the program ------------------------------------------------------------------------------

    def environment(self, key=None):
        """The variables of a child process: no configuration of whoever runs this, the given keys."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TRAILLAKE_"))}
        kept.update(HOME=self.folder.name, TRAILLAKE_LAKE=self.lake, TRAILLAKE_LAKE_ACCOUNT=ACCOUNT,
                    TRAILLAKE_LAKE_REGION=REGION, AWS_EC2_METADATA_DISABLED="true", AWS_DEFAULT_REGION=REGION,
                    AWS_PAGER="", AWS_DEFAULT_OUTPUT="json", AWS_MAX_ATTEMPTS="1")
        if key:
            kept.update(AWS_ACCESS_KEY_ID=key[0], AWS_SECRET_ACCESS_KEY=key[1])
        return kept

    def traillake(self, *arguments):
        """Runs the program on the lake; its standard output."""
        done = subprocess.run([self.binary, *arguments], capture_output=True, text=True, timeout=300,
                              env=self.environment())
        if done.returncode:
            sys.exit(f"traillake {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def serve(self, *flags, env=None):
        """Starts the server with these flags and waits until it listens."""
        self.stop()
        command = [self.binary, "serve", "--flight", "off", "--http", "127.0.0.1:0", "--format", "json", *flags]
        self.log = open(os.path.join(self.folder.name, "server.log"), "a")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True,
                                        env={**self.environment(), **(env or {})})
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"the server did not start: {open(self.log.name).read()}")
        listening = json.loads(line)
        self.url = listening["http"]
        if "access_key_id" in listening:
            self.key = (listening["access_key_id"], listening["secret_access_key"])

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(60)
            self.process.stdout.close()
            self.log.close()
            self.process = None

    def add_key(self, name, *rights):
        """An access key of the users file; the server is to be started with `users()`."""
        made = json.loads(self.traillake("users", "add-key", *self.users(), "--name", name, "--format", "json", *rights))
        return made["access_key_id"], made["secret_access_key"]

    def users(self):
        """The flags that name the users file and its sealing key."""
        beside = lambda name: os.path.join(self.folder.name, name)
        return ["--users", beside("users.toml"), "--sealing-key", beside("sealing.key")]

    # -- clients ----------------------------------------------------------------------------------

    def boto3(self, service="cloudtrail", key=None, **options):
        """A boto3 client of the server, without retries; every answer is held against the service model."""
        key = key or self.key
        config = botocore.config.Config(retries={"max_attempts": 0}, **options)
        client = boto3.client(service, endpoint_url=self.url, region_name=REGION, aws_access_key_id=key[0],
                              aws_secret_access_key=key[1], config=config)
        client.meta.events.register(f"after-call.{service}", self._held_against_the_model)
        return client

    def _held_against_the_model(self, http_response, parsed, model, **_):
        if http_response.status_code != 200 or model.output_shape is None:
            return
        for problem in problems_of(json.loads(http_response.content), model.output_shape):
            self.check(f"{model.name} answers what the service model allows", False, problem)

    def aws(self, *arguments, key=None, command="cloudtrail"):
        """Runs the `aws` command line; its answer, or its error text where it ends otherwise than well."""
        aws = os.path.join(os.path.dirname(sys.executable), "aws")
        done = subprocess.run([sys.executable, aws, command, *arguments, "--endpoint-url", self.url],
                              capture_output=True, text=True, timeout=120, env=self.environment(key or self.key))
        if done.returncode:
            return done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else {}

    # -- checks -----------------------------------------------------------------------------------

    def check(self, name, holds, detail=""):
        self.passed, self.failed = self.passed + bool(holds), self.failed + (not holds)
        print(("ok    " if holds else "FAILED  ") + f"{self.part}: {name}" + ("" if holds else f"  <- {detail}"))

    def equal(self, name, found, expected):
        self.check(name, found == expected, f"{found!r} is not {expected!r}")

    def refused(self, name, code, call, **parameters):
        """The call is answered with this exception; the error, or None."""
        try:
            answer = call(**parameters)
        except botocore.exceptions.ClientError as error:
            self.equal(name, error.response["Error"]["Code"], code)
            return error
        self.check(name, False, f"it is answered: {answer}")
        return None

    def until(self, holds, seconds=60):
        """Waits until something holds; whether it does in the end."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if holds():
                return True
            time.sleep(0.2)
        return bool(holds())
