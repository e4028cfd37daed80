#!/usr/bin/env python3
"""Drives the unmodified `aws` command line and boto3 against `traillake serve`.

usage: aws_clients.py --bin target/debug/traillake [--only PART]
Each part is a file of the folder `aws_api` with a function `run(world)`. Every answer is held
against botocore's own service model: types, limits, patterns, enums, no member it does not know.
Prints one line per check and ends with 'N passed, N failed'.
"""
import argparse
import importlib
import importlib.util
import os
import sys

# Importing `awscli` would put its own botocore in the place of boto3's.
for needed in ("awscli", "boto3"):
    if importlib.util.find_spec(needed) is None:
        print(f"skipped: {needed} is not installed (pip install -r {os.path.dirname(__file__)}/requirements.txt)")
        sys.exit(0)

from aws_api.world import World

PARTS = ["errors", "stores", "tags", "trails", "roles", "queries", "delivery", "samples", "scenario", "shutdown"]

arguments = argparse.ArgumentParser()
arguments.add_argument("--bin", required=True)
arguments.add_argument("--only", choices=PARTS)
arguments = arguments.parse_args()

passed = failed = 0
for part in [arguments.only] if arguments.only else PARTS:
    with World(os.path.abspath(arguments.bin), part) as world:
        importlib.import_module(f"aws_api.{part}").run(world)
    passed, failed = passed + world.passed, failed + world.failed
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
