"""What is measured so far, kept in a file after every step, so that a run can be interrupted and taken up again."""

import json
import os
import time


def failed(result):
    """The reason why a step, or one of the steps that a result is made of, gave no figures."""
    if isinstance(result, dict):
        if "failed" in result:
            return result["failed"]
        return next((reason for one in result.values() if (reason := failed(one))), None)
    if isinstance(result, list):
        return next((reason for one in result if (reason := failed(one))), None)
    return None


class Ledger:
    """Steps and parts by name. Only figures of the same binary and settings stand in one file; failures are not kept."""

    def __init__(self, path, identity):
        self.path = path
        self.kept = {"identity": identity, "facts": {}, "seconds": {}, "parts": {}, "steps": {}}
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                self.kept = json.load(file)
        for name, value in identity.items():
            if self.kept["identity"].get(name) != value:
                raise SystemExit(
                    f"`{path}` is of another {name} ({self.kept['identity'].get(name)}): take another --work"
                )

    def step(self, name, action):
        """The result of a step: the kept one, or that of doing it now."""
        if name in self.kept["steps"]:
            return self.kept["steps"][name]
        start = time.monotonic()
        result = action()
        part = name.split("/")[0]
        self.kept["seconds"][part] = self.kept["seconds"].get(part, 0) + time.monotonic() - start
        if not failed(result):
            self.kept["steps"][name] = result
            self.save()
        return result

    def part(self, name, result):
        """Keeps a part that is complete in place of its steps."""
        self.kept["parts"][name] = result
        self.kept["steps"] = {step: one for step, one in self.kept["steps"].items() if step.split("/")[0] != name}
        self.save()

    def fact(self, name, value):
        """Adds to what is said of the run, once for each time that it was taken up."""
        said = self.kept["facts"].setdefault(name, [])
        if value not in said:
            said.append(value)
        self.save()

    def save(self):
        partial = self.path + ".partial"
        with open(partial, "w", encoding="utf-8") as file:
            json.dump(self.kept, file, indent=1)
        os.replace(partial, self.path)
